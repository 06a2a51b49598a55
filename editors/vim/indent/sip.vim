" Indentation as docs/format.md has it: a level deeper than the line with the innermost open bracket; what goes on in a second
" line is a level deeper than where it began.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=SipIndent(v:lnum) indentkeys=0{,0},0),0],!^F,o,O,e,0=case,0=default
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*SipIndent')
  finish
endif

" A line of which texts and characters are one letter each. Asking the syntax for them is too slow while a file changes.
let s:quoted = '"\%([^"\\]\|\\.\)*"\|''\%([^''\\]\|\\[^'']\+\|\\''\)'''

" Whether a place is in a comment or a text, where brackets are none.
function s:is_text(line, column) abort
  return substitute(strpart(getline(a:line), 0, a:column - 1), s:quoted, 'x', 'g') =~# '"\|//\|''$\|/\*\%(.*\*/\)\@!'
endfunction

" The last character of a line that is code; an empty one where there is none.
function s:last_of(line) abort
  let l:code = substitute(substitute(getline(a:line), s:quoted, 'x', 'g'), '//.*$\|/\*.\{-}\*/', '', 'g')
  return matchstr(l:code, '\S\ze\s*$')
endfunction

" Whether a line begins within a comment of several lines.
function s:is_comment(line, item) abort
  let l:at = search('/\*\|\*/', 'bnW', a:item)
  return l:at > 0 && l:at < a:line && getline(l:at) =~# '/\*\%(.*\*/\)\@!' && !s:is_text(l:at, match(getline(l:at), '/\*') + 1)
endfunction

function SipIndent(lnum) abort
  let l:text = getline(a:lnum)
  call cursor(a:lnum, 1)
  let l:item = search('^[[:alpha:]_(\[]', 'bnW') " no bracket reaches over the line that an item begins with
  if s:is_comment(a:lnum, l:item)
    return -1
  endif
  let [l:open, l:column] = searchpairpos('[({[]', '', '[])}]', 'bWn', 's:is_text(line("."), col("."))', max([1, l:item]))
  if l:open == 0
    let l:base = 0
  elseif l:text =~# '^\s*[])}]'
    return indent(l:open)
  else
    let l:base = indent(l:open) + shiftwidth()
  endif
  let l:brace = l:open == 0 || getline(l:open)[l:column - 1] ==# '{'
  if l:open > 0 && l:brace && getline(l:open)[: l:column - 1] =~# '\<switch\>[^{]*{$' && l:text !~# '^\s*\%(case\|default\)\>'
        \ && s:follows_case(a:lnum, l:open)
    let l:base += shiftwidth()
  endif
  if !l:brace || l:text =~# '^\s*{'
    return l:base
  endif

  " The line before that has code and stands in the same brackets: does it go on?
  let l:before = prevnonblank(a:lnum - 1)
  while l:before > l:open && s:last_of(l:before) ==# ''
    let l:before = prevnonblank(l:before - 1)
  endwhile
  if l:before <= l:open || s:last_of(l:before) =~# '[;{},:]'
        \ || getline(l:before) =~# '^\s*\[\[.*\]\]\s*$'
    return l:base
  endif
  return l:base + shiftwidth()
endfunction

function s:follows_case(lnum, open) abort
  let l:line = a:lnum - 1
  while l:line > a:open
    if getline(l:line) =~# '^\s*\%(case\|default\)\>'
      return 1
    endif
    let l:line -= 1
  endwhile
  return 0
endfunction
