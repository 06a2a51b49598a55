; What can be taken, deleted or jumped to as a whole. The names are those of Neovim's text objects.

(function_item body: (block) @function.inner) @function.outer
(sip_item body: (block) @function.inner) @function.outer
(test_item body: (block) @function.inner) @function.outer
(closure body: (block) @function.inner) @function.outer

(struct_item) @class.outer
(struct_item "{" . (_) @class.inner)
(enum_item) @class.outer
(enum_item (variant) @class.inner)
(flags_item) @class.outer
(interface_item) @class.outer
(contract_item) @class.outer
(contract_item [(message_declaration) (state_declaration)] @class.inner)
(system_item) @class.outer
(system_item (instance) @class.inner)

(parameter) @parameter.inner
(generic_parameter) @parameter.inner
(arguments (_) @parameter.inner)
(pattern_arguments (_) @parameter.inner)
(type_arguments (_) @parameter.inner)
(parameters (parameter) @parameter.outer . ","? @parameter.outer)
(arguments (_) @parameter.outer . ","? @parameter.outer)

(block (_) @statement.outer)
(block) @block.outer
(if_statement consequence: (_) @conditional.inner) @conditional.outer
(switch_statement) @conditional.outer
(switch_receive_statement) @conditional.outer
(case) @block.outer
(while_statement body: (_) @loop.inner) @loop.outer
(do_statement body: (_) @loop.inner) @loop.outer
(for_statement body: (_) @loop.inner) @loop.outer
(for_each_statement body: (_) @loop.inner) @loop.outer
(call_expression arguments: (arguments) @call.inner) @call.outer
(return_statement value: (_) @return.inner) @return.outer
(assignment target: (_) @assignment.lhs value: (_) @assignment.rhs) @assignment.outer
(declaration name: (_) @assignment.lhs value: (_) @assignment.rhs) @assignment.outer
[(integer) (float) (quantity)] @number.inner
(comment)+ @comment.outer
(doc_comment)+ @comment.outer
