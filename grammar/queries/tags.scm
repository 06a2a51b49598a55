; What a file declares and what it calls, for lists of tags and for navigation without a compiler.

((doc_comment)* @doc . (function_item name: (identifier) @name) @definition.function
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.function))
((doc_comment)* @doc . (struct_item name: (identifier) @name) @definition.class
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.class))
((doc_comment)* @doc . (enum_item name: (identifier) @name) @definition.class
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.class))
((doc_comment)* @doc . (flags_item name: (identifier) @name) @definition.class
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.class))
((doc_comment)* @doc . (interface_item name: (identifier) @name) @definition.interface
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.interface))
((doc_comment)* @doc . (contract_item name: (identifier) @name) @definition.interface
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.interface))
((doc_comment)* @doc . (sip_item name: (identifier) @name) @definition.class
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.class))
((doc_comment)* @doc . (system_item name: (identifier) @name) @definition.module
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.module))
((doc_comment)* @doc . (const_item name: (identifier) @name) @definition.constant
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.constant))
((doc_comment)* @doc . (message_declaration name: (identifier) @name) @definition.method
  (#strip! @doc "^///\\s*") (#select-adjacent! @doc @definition.method))
(module_declaration name: (module_path) @name) @definition.module
(package_item name: (identifier) @name) @definition.module
(test_item title: (string (string_content) @name)) @definition.function
(state_declaration name: (identifier) @name) @definition.constant
(variant name: (identifier) @name) @definition.constant
(field_declaration name: (identifier) @name) @definition.field

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (path name: (identifier) @name)) @reference.call
(call_expression function: (field_expression name: (identifier) @name)) @reference.call
(call_expression function: (instance_expression function: (identifier) @name)) @reference.call
(call_expression function: (instance_expression function: (path name: (identifier) @name))) @reference.call
(init_expression type: (identifier) @name) @reference.class
(type_identifier) @name @reference.class
(endpoint_type contract: (identifier) @name) @reference.implementation
(instance program: (module_path (identifier) @name .)) @reference.class
