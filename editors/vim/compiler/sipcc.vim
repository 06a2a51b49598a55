" :make checks the file with sipcc; the quickfix list goes to what it says.
if exists('current_compiler')
  finish
endif
let current_compiler = 'sipcc'

CompilerSet makeprg=sipcc\ check\ --message-format=short\ %:S
CompilerSet errorformat=%f:%l:%c:\ %trror[%m,%f:%l:%c:\ %tarning[%m,%f:%l:%c:\ %m,%-G%.%#
