" The folder of the package that a file belongs to; its own folder outside of one.
function! ale#handlers#sip#Root(buffer) abort
  let l:package = ale#path#FindNearestFile(a:buffer, 'package.sip')
  return fnamemodify(empty(l:package) ? bufname(a:buffer) : l:package, ':p:h')
endfunction
