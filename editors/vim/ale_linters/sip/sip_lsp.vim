" ALE asks the language server for what is wrong, for hovers and for where names are declared.
call ale#Set('sip_lsp_executable', 'sip-lsp')

call ale#linter#Define('sip', {
\   'name': 'sip_lsp',
\   'aliases': ['sip-lsp'],
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'sip_lsp_executable')},
\   'command': '%e',
\   'project_root': function('ale#handlers#sip#Root'),
\})
