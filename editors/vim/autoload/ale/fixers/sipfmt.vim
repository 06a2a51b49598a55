" What :ALEFix runs, as ftplugin/sip.vim sets it unless you do.
call ale#Set('sip_sipcc_executable', 'sipcc')

function! ale#fixers#sipfmt#Fix(buffer) abort
  return {'command': ale#Escape(ale#Var(a:buffer, 'sip_sipcc_executable')) . ' fmt -'}
endfunction
