; What can be shown as one line.
[
  (struct_item)
  (enum_item)
  (flags_item)
  (interface_item)
  (contract_item)
  (system_item)
  (package_item)
  (function_item)
  (sip_item)
  (test_item)
  (one_block)
  (settings)
  (block)
  (switch_statement)
  (switch_receive_statement)
  (case)
  (closure)
  (init_list)
  (arguments)
  (parameters)
] @fold

(import_declaration)+ @fold
(comment)+ @fold
(doc_comment)+ @fold
