; Written by editors/generate from grammar/queries/indents.scm.
; Indentation: a level within what is captured as `indent.begin`, none for the line that begins with an `indent.branch`.

[
  (struct_item)
  (enum_item)
  (flags_item)
  (interface_item)
  (contract_item)
  (system_item)
  (one_block)
  (choice)
  (settings)
  (block)
  (switch_statement)
  (switch_receive_statement)
  (case)
  (init_list)
  (arguments)
  (pattern_arguments)
  (parameters)
  (generic_parameters)
  (type_arguments)
  (parenthesized)
  (tuple_expression)
] @indent
[
  (declaration)
  (assignment)
  (expression_statement)
  (return_statement)
  (send_statement)
  (receive_statement)
  (const_item)
  (assert_statement)
  (while_statement)
  (for_statement)
  (for_each_statement)
] @indent
(if_statement condition: (_) @indent)
["}" "]" ")"] @outdent
