; Colours for Sip: the captures that editors share. Later patterns win over earlier ones.

; --- names ------------------------------------------------------------------------------------------------
(identifier) @variable
(type_identifier) @type
(primitive_type) @type.builtin
(path name: (identifier) @property)
(field_expression name: (identifier) @property)
(field_initializer name: (identifier) @property)
(field_declaration name: (identifier) @property)
(named_argument name: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(from_place name: (identifier) @variable.parameter)
(variant name: (identifier) @constant)
(variant_expression name: (identifier) @constant)
(labeled_statement label: (identifier) @label)
(break_statement label: (identifier) @label)
(continue_statement label: (identifier) @label)
(module_path (identifier) @module)

; A name with a capital letter is a type's; so is a path wherever a type stands.
((path scope: (identifier) @type) (#match? @type "^[A-Z]"))
((path scope: (path name: (identifier) @type)) (#match? @type "^[A-Z]"))
(path scope: (primitive_type) @type.builtin)
(_ type: (path name: (identifier) @type))
(_ result: (path name: (identifier) @type))
(_ bound: (path name: (identifier) @type))
(_ contract: (path name: (identifier) @type))
(qualified_type base: (path name: (identifier) @type))
(generic_type name: (path name: (identifier) @type))
(tuple_type (path name: (identifier) @type))
(type_arguments (path name: (identifier) @type))
(bases (path name: (identifier) @type))
(init_expression type: (identifier) @type)
(init_expression type: (instance_expression function: (identifier) @type))
(endpoint_type contract: (identifier) @type)
(endpoint_type end: _ @type.builtin)

; --- what is declared ---------------------------------------------------------------------------------------
(function_item name: (identifier) @function)
(function_item owner: (identifier) @type)
(function_item owner: (path name: (identifier) @type))
(struct_item name: (identifier) @type)
(enum_item name: (identifier) @type)
(flags_item name: (identifier) @type)
(interface_item name: (identifier) @type)
(contract_item name: (identifier) @type)
(sip_item name: (identifier) @type)
(system_item name: (identifier) @type)
(package_item name: (identifier) @module)
(generic_parameter name: (identifier) @type)
(generic_parameter type: _ name: (identifier) @constant)
(bounded_argument name: (identifier) @type)
(const_item name: (identifier) @constant)
(instance name: (identifier) @variable)
(instance program: (module_path (identifier) @type .))

; --- calls --------------------------------------------------------------------------------------------------
(call_expression function: (identifier) @function.call)
(call_expression function: (path name: (identifier) @function.call))
(call_expression function: (field_expression name: (identifier) @function.call))
(call_expression function: (instance_expression function: (identifier) @function.call))
(call_expression function: (instance_expression function: (path name: (identifier) @function.call)))
(call_expression function: (instance_expression function: (field_expression name: (identifier) @function.call)))
(constructor_pattern name: (identifier) @constructor)
(constructor_pattern name: (path name: (identifier) @constructor))
(constructor_pattern name: (field_expression name: (identifier) @constructor))
(attribute name: (identifier) @attribute)
(grant name: (identifier) @function.builtin)
(setting name: (identifier) @property)

; --- contracts ----------------------------------------------------------------------------------------------
(message_declaration name: (identifier) @function)
(state_declaration name: (identifier) @label)
(step message: (identifier) @function)
(target state: (identifier) @label)
(state_path (identifier) @label)

; --- literals -----------------------------------------------------------------------------------------------
[(integer) (quantity)] @number
(float) @number.float
(unit) @type.builtin
(character) @character
[(string) (byte_string) (raw_string) (text)] @string
(test_item title: (string) @string.special)
(escape_sequence) @string.escape
(interpolation ["{" "}"] @punctuation.special)
(interpolation value: (identifier) @variable)
(format) @string.special
[(true) (false)] @boolean
(none) @constant.builtin

; --- words --------------------------------------------------------------------------------------------------
["if" "else" "switch" "case" "default"] @keyword.conditional
["for" "while" "do" "break" "continue" "reverse"] @keyword.repeat
["return" "defer"] @keyword.return
["module" "import"] @keyword.import
["struct" "enum" "flags" "interface" "contract" "sip" "program" "system" "package" "test"] @keyword.type
["message" "state" "one" "or" "in" "out" "override" "end"] @keyword
["send" "receive" "channel" "spawn" "join" "lock" "closed" "timeout"] @keyword.coroutine
(unsatisfiable_pattern) @keyword.coroutine
["auto" "new" "fn" "from" "as" "try" "assert" "requires" "ensures" "invariant" "uses" "heap" "stack" "threads" "cpu" "time"
 "restart" "trusted"] @keyword
"sizeof" @keyword.operator
["pub" "ref" "wire" "le" "be"] @keyword.modifier
(qualifier) @keyword.modifier

; --- signs --------------------------------------------------------------------------------------------------
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ";" ":" "." "::"] @punctuation.delimiter
(binary_expression operator: _ @operator)
(unary_expression operator: _ @operator)
(cast_expression family: _ @operator)
(assignment operator: _ @operator)
(step_statement operator: _ @operator)
(range operator: _ @operator)
(range_pattern operator: _ @operator)
(step sender: _ @operator)
["=" "->" "..." ".." "<=" "+" "-" "*" "?" "*?" "!" "&&"] @operator
(generic_parameters ["<" ">"] @punctuation.bracket)
(type_arguments ["<" ">"] @punctuation.bracket)
(attributes ["[[" "]"] @punctuation.bracket)
(interpolation ["{" "}"] @punctuation.special)

; --- comments -----------------------------------------------------------------------------------------------
(comment) @comment
(doc_comment) @comment.documentation
