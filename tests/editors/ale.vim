" Vim with ALE as a client, with the project's own package. Run by client.sh.
let s:folder = fnamemodify($SIP_FILE, ':h')

function! s:check(right, what) abort
  if !a:right
    call writefile(['wrong: ' . a:what], s:folder . '/wrong')
    cquit!
  endif
endfunction

function! s:wait(condition) abort
  let l:n = 0
  while !eval(a:condition) && l:n < 1200
    sleep 50m
    let l:n += 1
  endwhile
  return eval(a:condition)
endfunction

function! s:list() abort
  return get(get(g:ale_buffer_info, bufnr(''), {}), 'loclist', [])
endfunction

call s:check(&filetype ==# 'sip', 'the type of the file: ' . &filetype)
call s:check(exists('b:current_syntax') && b:current_syntax ==# 'sip', 'the syntax')
call s:check(exists('g:loaded_ale_dont_use_this_in_other_plugins_please'), 'ALE is not loaded')
call ale#Queue(0)
call s:check(s:wait('!empty(s:list())'), 'nothing is reported: ' . string(get(g:ale_buffer_info, bufnr(''), {})))
call s:check(s:list()[0].lnum == 5, 'the line of ' . string(s:list()))

" The call is mended: what is wrong goes away.
call setline(5, '  return one( ) +   one();')
call ale#Queue(0)
call s:check(s:wait('empty(s:list())'), 'still reported: ' . string(s:list()))

call cursor(5, 10)
let g:ale_hover_to_floating_preview = 0
let g:ale_hover_to_preview = 1
ALEHover
call s:check(s:wait('bufwinnr("ALEPreviewWindow") > 0'), 'no hover is shown')
call s:check(join(getbufline('ALEPreviewWindow', 1, '$')) =~# 'Gives one', 'the hover: ' . string(getbufline('ALEPreviewWindow', 1, '$')))
pclose
execute bufwinnr($SIP_FILE) . 'wincmd w'

call cursor(5, 10)
ALEGoToDefinition
call s:check(s:wait('line(".") == 3'), 'where the name is declared: line ' . line('.'))

ALEFix
call s:check(s:wait('getline(5) ==# "    return one() + one();"'), 'the layout: ' . getline(5))
call setline(5, '  return one( );')
let g:sip_sipcc = $SIP_SIPCC
SipFormat
call s:check(getline(5) ==# '    return one();', 'the layout by the command: ' . getline(5))
call setline(5, 'return one();')
normal! 5G==
call s:check(getline(5) ==# '    return one();', 'the indentation: ' . getline(5))
call writefile(['right'], s:folder . '/said')
qall!
