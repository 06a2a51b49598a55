; Indentation: a level within what is captured as `indent.begin`, none for the line that begins with an `indent.branch`.
; The names are those of Neovim; docs/format.md says what the style is, and the formatter has the last word.
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
] @indent.begin

; A statement that goes on in a second line stands a level deeper.
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
] @indent.begin
(if_statement condition: (_) @indent.begin)

["}" "]" ")"] @indent.branch
["}" "]" ")"] @indent.end
(comment) @indent.auto
