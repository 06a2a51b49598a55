; Written by editors/generate from grammar/queries/textobjects.scm.
; What can be taken, deleted or jumped to as a whole. The names are those of Neovim's text objects.

(function_item body: (block) @function.inside) @function.around
(sip_item body: (block) @function.inside) @function.around
(test_item body: (block) @function.inside) @function.around
(closure body: (block) @function.inside) @function.around
(struct_item) @class.around
(struct_item "{" . (_) @class.inside)
(enum_item) @class.around
(enum_item (variant) @class.inside)
(flags_item) @class.around
(interface_item) @class.around
(contract_item) @class.around
(contract_item [(message_declaration) (state_declaration)] @class.inside)
(system_item) @class.around
(system_item (instance) @class.inside)
(parameter) @parameter.inside
(generic_parameter) @parameter.inside
(arguments (_) @parameter.inside)
(pattern_arguments (_) @parameter.inside)
(type_arguments (_) @parameter.inside)
(parameters (parameter) @parameter.around . ","? @parameter.around)
(arguments (_) @parameter.around . ","? @parameter.around)
(comment)+ @comment.around
(doc_comment)+ @comment.around
