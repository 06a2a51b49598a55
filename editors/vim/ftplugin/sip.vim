" Sip: what is set for a buffer of it. Vim 8 or newer.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=//\ %s comments=s1:/*,mb:*,ex:*/,:///,://
setlocal formatoptions-=t formatoptions+=croql
setlocal shiftwidth=4 softtabstop=4 expandtab textwidth=120
setlocal suffixesadd=.sip includeexpr=substitute(v:fname,'[.]','/','g') include=^\\s*\\%(pub\\s\\+\\)\\?import\\s\\+
setlocal matchpairs+=<:>
compiler sipcc

" :SipFormat lays the buffer out as `sipcc fmt` does. A text that does not parse is laid out around what is wrong.
command! -buffer SipFormat call s:format()

if !exists('*s:format')
  function s:format() abort
    let l:lines = systemlist(get(g:, 'sip_sipcc', 'sipcc') . ' fmt - 2>' . (has('win32') ? 'NUL' : '/dev/null'), getline(1, '$'))
    if empty(l:lines) || l:lines ==# getline(1, '$')
      return
    endif
    let l:view = winsaveview()
    call setline(1, l:lines)
    if line('$') > len(l:lines)
      silent execute (len(l:lines) + 1) . ',$delete _'
    endif
    call winrestview(l:view)
  endfunction
endif

let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< shiftwidth< softtabstop< expandtab< textwidth<'
      \ . ' suffixesadd< includeexpr< include< matchpairs< makeprg< errorformat< | delcommand SipFormat'

" Where ALE is, :ALEFix lays out.
if !exists('b:ale_fixers') && !has_key(get(g:, 'ale_fixers', {}), 'sip')
  let b:ale_fixers = [function('ale#fixers#sipfmt#Fix')]
endif
