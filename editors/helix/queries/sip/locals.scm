; Written by editors/generate from grammar/queries/locals.scm.
; Where a name is known, where it is made, where it is used: what an editor follows without a compiler.

(source_file) @local.scope
(function_item) @local.scope
(sip_item) @local.scope
(test_item) @local.scope
(struct_item) @local.scope
(enum_item) @local.scope
(flags_item) @local.scope
(interface_item) @local.scope
(contract_item) @local.scope
(closure) @local.scope
(block) @local.scope
(case) @local.scope
(if_statement) @local.scope
(while_statement) @local.scope
(for_statement) @local.scope
(for_each_statement) @local.scope
(lock_statement) @local.scope
(function_item owner: _? @_owner name: (identifier) @local.definition.function)
(struct_item name: (identifier) @local.definition.type)
(enum_item name: (identifier) @local.definition.type)
(flags_item name: (identifier) @local.definition.type)
(interface_item name: (identifier) @local.definition.type)
(contract_item name: (identifier) @local.definition.type)
(sip_item name: (identifier) @local.definition.type)
(system_item name: (identifier) @local.definition.type)
(generic_parameter name: (identifier) @local.definition.type)
(const_item name: (identifier) @local.definition.constant)
(field_declaration name: (identifier) @local.definition.field)
(variant name: (identifier) @local.definition.enum)
(message_declaration name: (identifier) @local.definition.method)
(state_declaration name: (identifier) @local.definition.label)
(instance name: (identifier) @local.definition.var)
(parameter name: (identifier) @local.definition.parameter)
(declaration name: (identifier) @local.definition.var)
(binding name: (identifier) @local.definition.var)
(binding_pattern name: (identifier) @local.definition.var)
(received_pattern name: (identifier) @local.definition.var)
(channel_statement importer: (identifier) @local.definition.var)
(channel_statement exporter: (identifier) @local.definition.var)
(labeled_statement label: (identifier) @local.definition.label)
(import_declaration name: (module_path (identifier) @local.definition.import .))
(identifier) @local.reference
(type_identifier) @local.reference
