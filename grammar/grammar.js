// The grammar of Sip, whole: what the compiler, the language server, the formatter and the editors parse with.
//
// Types need not be known to parse. An expression statement is a call, or `try` of one, so `a * b;` declares; a
// condition is the one place where `a * b` may begin either, and there the parser follows both until one ends.
// Three nodes serve in two places, and the reader of the tree decides by the place:
//   path            `a.b.c` is a type, a value's field or a module's member; `a.imp` may be an endpoint type
//   qualified_type  qualifiers, base and suffixes in the order of the text; how they nest is the reader's rule,
//                   and a `const` that no suffix takes makes the declaration a constant
//   tuple_expression before `=` is the list of names that a tuple's parts are assigned or bound to
// Words that only some places know (`state from end message in out exp imp one send receive closed test timeout
// heap flags le be ...`) are identifiers in all other places.

const P = {
  orelse: 1, ternary: 2, or: 3, and: 4, compare: 5, bit_or: 6, bit_xor: 7, bit_and: 8, shift: 9, add: 10, mul: 11,
  unary: 12, postfix: 13,
};

const list1 = (rule) => seq(rule, repeat(seq(',', rule)));
const list = (rule) => optional(seq(list1(rule), optional(',')));

const endInState = ($) => [
  '.', field('end', choice('imp', 'exp')), ':', field('state', $.state_path), optional(seq('->', field('to', $.state_path))),
];

const BINARY = [
  [P.or, ['||']],
  [P.and, ['&&']],
  [P.compare, ['==', '!=', '<', '<=', '>', '>=']],
  [P.bit_or, ['|']],
  [P.bit_xor, ['^']],
  [P.bit_and, ['&']],
  [P.shift, ['<<', '>>', '<<?', '>>?']],
  [P.add, ['+', '-', '+%', '-%', '+|', '-|', '+?', '-?']],
  [P.mul, ['*', '/', '%', '*%', '*|', '*?', '/?', '%?']],
];

const ASSIGN = [
  '=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '+%=', '-%=', '*%=', '+|=', '-|=', '*|=',
];

// Words that begin a statement or a case and are common names too.
const SOFT = ['send', 'receive', 'spawn', 'channel', 'join', 'closed', 'timeout'];

module.exports = grammar({
  name: 'sip',

  word: $ => $.identifier,

  extras: $ => [/[ \t\r\n\f\v\uFEFF]/, $.comment, $.doc_comment],

  supertypes: $ => [$.item, $.type, $.expression, $.pattern, $.statement],

  inline: $ => [
    $._name, $._member, $._protocol_name, $._base, $._pattern_name, $._value, $._target, $._operand, $._binder, $._initializer,
    $._loop,
  ],

  conflicts: $ => [
    // In a condition, and at the start of a statement before `[`: a type or a value.
    [$._type_base, $._primary], [$._type_base, $.expression],
    [$.generic_type, $.expression],
    // `T Console.imp:Ready.print(...)`: a state after a message, or a function that belongs to the endpoint.
    [$.state_path],
    // `new T<A>{ ... }`, `new T < x`.
    [$._type_base, $.generic_type],
    // `case Side.imp:` or `case Tcp.imp:Ready ep:`.
    [$.path, $.endpoint_type],
    // `case (a, b):` or `case (A, B) x:`.
    [$._type_base, $.pattern],
    // `T name<G>(...)` or `T Owner<A>.name(...)`.
    [$._function_name, $.generic_type], [$._function_name, $.path],
  ],

  rules: {
    source_file: $ => repeat($.item),

    // --- words and literals ----------------------------------------------------------------------------

    identifier: $ => /[A-Za-z_][A-Za-z0-9_]*/,

    comment: $ => token(choice(
      seq('//', optional(/[^\/\n][^\n]*/)),
      seq('////', /[^\n]*/),
      seq('/*', /[^*]*\*+([^/*][^*]*\*+)*/, '/'),
    )),
    doc_comment: $ => token(seq('///', optional(/[^\/\n][^\n]*/))),

    integer: $ => token(choice(
      /[0-9][0-9_]*/, /0[xX][0-9a-fA-F_]+/, /0[bB][01_]+/, /0[oO][0-7_]+/,
    )),
    float: $ => token(choice(
      /[0-9][0-9_]*\.[0-9][0-9_]*([eE][+-]?[0-9_]+)?/,
      /[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*/,
    )),
    // 20 ms, 64 KiB
    quantity: $ => seq(field('value', choice($.integer, $.float)), field('unit', $.unit)),
    unit: $ => choice('ns', 'us', 'ms', 's', 'min', 'h', 'KiB', 'MiB', 'GiB', 'TiB'),

    character: $ => token(seq("'", repeat(choice(/[^'\\\n]/, /\\[^\n]/)), "'")),
    string: $ => seq('"', repeat(choice($.string_content, $.escape_sequence)), token.immediate('"')),
    byte_string: $ => seq('b"', repeat(choice($.string_content, $.escape_sequence)), token.immediate('"')),
    raw_string: $ => token(/r"[^"]*"/),
    string_content: $ => token.immediate(prec(2, /[^"\\\n]+/)),
    escape_sequence: $ => token.immediate(prec(2, choice(
      /\\[^ux\n]/, /\\x[0-9a-fA-F]{0,2}/, /\\u(\{[^}"\n]*\}?)?/,
    ))),

    // $"{id:>4} {name}\n"
    text: $ => seq('$"', repeat(choice(
      alias($._text_content, $.string_content), $.escape_sequence,
      alias(choice($._open_brace, $._close_brace), $.escape_sequence), $.interpolation,
    )), token.immediate('"')),
    _text_content: $ => token.immediate(prec(2, /[^"\\\n{}]+/)),
    _open_brace: $ => token.immediate(prec(2, '{{')),
    _close_brace: $ => token.immediate(prec(2, '}}')),
    interpolation: $ => seq(
      token.immediate(prec(1, '{')), field('value', $.expression), optional(seq(':', field('format', $.format))), '}',
    ),
    format: $ => token.immediate(prec(1, /[^"{}\n]+/)),

    true: $ => 'true',
    false: $ => 'false',
    none: $ => 'none',

    primitive_type: $ => choice(
      'void', 'bool', 'char', 'i8', 'i16', 'i32', 'i64', 'isize', 'u8', 'u16', 'u32', 'u64', 'usize', 'f32', 'f64', 'str',
    ),

    _name: $ => choice($.identifier, ...SOFT.map(word => prec(1, alias(word, $.identifier))), prec(-1, alias('lock', $.identifier))),
    _member: $ => choice($.identifier, alias('imp', $.identifier), alias('exp', $.identifier)),

    // --- items -----------------------------------------------------------------------------------------

    item: $ => choice(
      $.module_declaration, $.import_declaration, $.const_item, $.struct_item, $.enum_item, $.flags_item,
      $.interface_item, $.contract_item, $.function_item, $.sip_item, $.system_item, $.test_item, $.package_item,
    ),

    _prefix: $ => choice(
      seq(repeat1(field('attributes', $.attributes)), optional(field('visibility', 'pub'))),
      field('visibility', 'pub'),
    ),
    attributes: $ => seq('[[', list1($.attribute), ']', ']'),
    attribute: $ => seq(field('name', $.identifier), optional(field('arguments', $.arguments))),

    module_declaration: $ => seq('module', field('name', $.module_path), ';'),
    import_declaration: $ => seq(optional($._prefix), 'import', field('name', $.module_path), ';'),
    module_path: $ => seq($.identifier, repeat(seq('.', $.identifier))),

    const_item: $ => seq(
      optional($._prefix), field('type', $.type), field('name', $._name), '=', field('value', $._value), ';',
    ),

    struct_item: $ => seq(
      optional($._prefix), optional(field('layout', choice('ref', 'wire'))), 'struct', field('name', $.identifier),
      optional(field('generics', $.generic_parameters)), optional(field('bases', $.bases)),
      '{', repeat(choice($.field_declaration, $.invariant_declaration)), '}',
    ),
    field_declaration: $ => seq(
      optional($._prefix), optional(field('order', choice('le', 'be'))),
      field('type', $.type), field('name', $.identifier), optional(seq('=', field('value', $._value))), ';',
    ),
    invariant_declaration: $ => seq('invariant', '(', field('condition', $.expression), ')', ';'),
    bases: $ => seq(':', list1($.type)),

    enum_item: $ => seq(optional($._prefix), 'enum', $._enum_rest),
    flags_item: $ => seq(optional($._prefix), 'flags', $._enum_rest),
    _enum_rest: $ => seq(
      field('name', $.identifier), optional(field('generics', $.generic_parameters)), optional(field('bases', $.bases)),
      '{', list($.variant), '}',
    ),
    variant: $ => seq(
      field('name', $.identifier),
      optional(choice(field('payload', $.parameters), seq('=', field('value', $.expression)))),
    ),

    interface_item: $ => seq(
      optional($._prefix), 'interface', field('name', $.identifier),
      optional(field('generics', $.generic_parameters)), optional(field('bases', $.bases)),
      '{', repeat($.function_item), '}',
    ),

    // T Owner.name<G>(T p) from p requires (e) { ... }
    function_item: $ => seq(
      optional($._prefix), field('result', $.type), $._function_name,
      optional(field('generics', $.generic_parameters)), field('parameters', $.parameters),
      optional(field('from', $.from_clause)), repeat(field('clause', choice($.requires_clause, $.ensures_clause))),
      choice(field('body', $.block), ';'),
    ),
    _function_name: $ => choice(
      field('name', $._name),
      seq(field('owner', $._scope), '.', field('name', $._member)),
      seq(field('owner', $._generic_scope), '.', field('name', $._member)),
      seq(field('owner', choice($.endpoint_type, alias($._suffixed_type, $.qualified_type))), '.',
        field('name', $._member)),
    ),
    parameters: $ => seq('(', list($.parameter), ')'),
    parameter: $ => seq(field('type', $.type), optional(field('name', $.identifier))),
    from_clause: $ => seq('from', choice(list1($.from_place), seq('(', list1($.from_place), ')'))),
    from_place: $ => seq(
      optional(field('deep', '*')), field('name', $.identifier),
      repeat(seq(choice('.', '->'), field('name', $.identifier))),
    ),
    requires_clause: $ => seq('requires', '(', field('condition', $.expression), ')'),
    ensures_clause: $ => seq('ensures', '(', field('condition', $.expression), ')'),
    invariant_clause: $ => seq('invariant', '(', field('condition', $.expression), ')'),

    generic_parameters: $ => seq('<', list1($.generic_parameter), optional(','), '>'),
    generic_parameter: $ => choice(
      seq(field('kind', 'contract'), field('name', $.identifier)),
      seq(optional(field('kind', 'ref')), field('name', $._name), optional($._bounds)),
      seq(field('type', choice($.primitive_type, alias($.identifier, $.type_identifier), $.path)),
        field('name', $.identifier)),
    ),
    _bounds: $ => seq(':', field('bound', $.type), repeat(seq('+', field('bound', $.type)))),

    test_item: $ => seq(
      'test', field('title', $.string),
      optional(seq(field('limit', $.limit), repeat(seq(optional(','), field('limit', $.limit))))),
      field('body', $.block),
    ),

    // --- contracts -------------------------------------------------------------------------------------

    contract_item: $ => seq(
      optional($._prefix), 'contract', field('name', $.identifier),
      optional(field('generics', $.generic_parameters)), optional(field('bases', $.bases)),
      '{', repeat(choice($.message_declaration, $.state_declaration)), '}',
    ),
    message_declaration: $ => seq(
      field('direction', choice('in', 'out')), 'message', field('name', $.identifier),
      field('parameters', $.parameters), ';',
    ),
    state_declaration: $ => seq(
      optional(field('override', 'override')), 'state', field('name', $.identifier), ':',
      choice(
        seq(field('end', 'end'), ';'),
        seq(field('protocol', $.protocol), ';'),
        seq(field('protocol', $.one_block), optional(';')),
      ),
    ),
    // connect? -> (ok! -> Connected or refused! -> Ready)
    protocol: $ => seq($._protocol_step, repeat(seq('->', choice($._protocol_step, $.one_block, $.target)))),
    _protocol_step: $ => choice($.step, $.choice),
    step: $ => seq(field('message', $._protocol_name), field('sender', choice('!', '?'))),
    target: $ => field('state', $._protocol_name),
    choice: $ => seq('(', $.protocol, repeat(seq('or', $.protocol)), ')'),
    one_block: $ => seq('one', '{', repeat(seq($.protocol, ';')), '}'),
    _protocol_name: $ => choice($.identifier, alias('one', $.identifier), alias('end', $.identifier)),

    // --- processes, systems, packages ------------------------------------------------------------------

    sip_item: $ => seq(
      optional($._prefix), 'sip', field('name', $.identifier), field('parameters', $.parameters),
      repeat(choice(
        seq('uses', field('grant', $.grant)),
        seq(',', field('grant', $.grant)),
        seq(optional(','), field('limit', $.limit)),
      )),
      field('body', $.block),
    ),
    grant: $ => seq(field('name', $.identifier), optional(field('arguments', $.arguments))),
    limit: $ => seq(
      field('kind', choice('heap', 'stack', 'threads', 'cpu', 'time')),
      field('value', choice($.integer, $.quantity, $._name, $.path, $.parenthesized)),
    ),

    system_item: $ => seq(optional($._prefix), 'system', field('name', $.identifier), '{', repeat($.instance), '}'),
    instance: $ => seq(
      field('kind', choice('sip', 'program')), field('name', $.identifier), '=', field('program', $.module_path), field('arguments', $.arguments),
      repeat(choice(seq('restart', field('restart', choice($.integer, $._name, $.path))), field('trusted', 'trusted'))), ';',
    ),

    package_item: $ => seq('package', field('name', $.identifier), field('body', $.settings)),
    settings: $ => seq('{', repeat($.setting), '}'),
    setting: $ => seq(
      field('name', $.identifier),
      choice(
        seq('=', field('value', $._value), ';'),
        seq(optional(field('title', $.identifier)), field('settings', $.settings)),
      ),
    ),

    // --- types -----------------------------------------------------------------------------------------

    type: $ => choice($._type_base, $.qualified_type),
    _type_base: $ => choice(
      $.primitive_type, alias($.identifier, $.type_identifier), $.path, $.generic_type,
      alias($._generic_path, $.path), $.endpoint_type, $.tuple_type, $.function_type,
    ),

    // own T*?*   const u8[]   own u8[<= 64 KiB]
    qualified_type: $ => prec.right(1, choice(
      seq(repeat1(field('qualifier', $.qualifier)), $._base, repeat($._suffix)),
      $._suffixed_type,
    )),
    _suffixed_type: $ => prec.right(1, seq($._base, repeat1($._suffix))),
    _base: $ => field('base', $._type_base),
    qualifier: $ => choice('own', 'gc', 'const', 'static'),
    _suffix: $ => field('suffix', choice(
      '*', '?', '*?', $.slice_suffix, $.growable_suffix, $.array_suffix, $.vector_suffix, $.limited_suffix,
    )),
    slice_suffix: $ => seq('[', ']'),
    growable_suffix: $ => seq('[', '..', ']'),
    array_suffix: $ => seq('[', field('length', $.expression), ']'),
    vector_suffix: $ => seq('[', '..', field('capacity', $.expression), ']'),
    limited_suffix: $ => seq('[', '<=', field('limit', $.expression), ']'),

    path: $ => seq(field('scope', $._scope), '.', field('name', $._member)),
    _scope: $ => choice($._name, $.path, $.primitive_type),
    _generic_path: $ => seq(field('scope', $._generic_scope), '.', field('name', $._member)),
    _generic_scope: $ => choice($.generic_type, alias($._generic_path, $.path)),
    generic_type: $ => seq(
      field('name', choice(alias($.identifier, $.type_identifier), $.path)), field('arguments', $.type_arguments),
    ),
    type_arguments: $ => seq('<', list1($._type_argument), optional(','), '>'),
    _type_argument: $ => choice(
      $.type, $.bounded_argument, $.integer, $.quantity, $.character, $.true, $.false,
    ),
    bounded_argument: $ => seq(field('name', $.identifier), $._bounds),

    // Tcp.imp:Start   Tcp.exp:Ready.connect -> Ready
    endpoint_type: $ => choice(
      seq(field('contract', $._scope), ...endInState($)),
      prec(1, seq(field('contract', $._generic_scope), ...endInState($))),
    ),
    state_path: $ => seq($.identifier, repeat(seq('.', $.identifier))),

    tuple_type: $ => seq('(', $.type, repeat1(seq(',', $.type)), ')'),
    function_type: $ => prec.right(seq(
      optional(field('ref', 'ref')), 'fn', field('result', $.type), field('parameters', $.parameters),
      optional(field('from', alias($._from_group, $.from_clause))),
    )),
    // Commas end a parameter of this type: several names stand in brackets.
    _from_group: $ => seq('from', choice($.from_place, seq('(', list1($.from_place), ')'))),

    // --- expressions -----------------------------------------------------------------------------------

    // What may be initialised with: an expression, or a list or closure whose type the place knows.
    _value: $ => choice($.expression, $.init_list, $.closure),

    // Spelled out where a primary is all of it: the parser makes a node for each step, and most expressions are primaries.
    expression: $ => choice(
      $._name, $.path, $._operand,
      $.unary_expression, $.dereference, $.try_expression, $.binary_expression, $.cast_expression,
      $.ternary_expression, $.else_expression, $.new_expression, $.init_expression,
    ),
    _primary: $ => choice($._name, $.path, $._operand), // what a postfix operator follows
    _operand: $ => choice(
      $.integer, $.float, $.quantity, $.character, $.string, $.byte_string, $.raw_string, $.text,
      $.true, $.false, $.none, $.parenthesized, $.tuple_expression, $.variant_expression, $.field_expression,
      $.index_expression, $.slice_expression, $.call_expression, $.instance_expression, $.force_expression,
      $.sizeof_expression,
    ),
    parenthesized: $ => seq('(', field('value', $.expression), ')'),
    tuple_expression: $ => seq('(', $._part, repeat1(seq(',', $._part)), ')'),
    _part: $ => choice($.expression, $.init_list),
    variant_expression: $ => seq('.', field('name', $.identifier)),
    field_expression: $ => choice( // `a.b` is a path
      seq(field('base', $._operand), field('operator', '.'), field('name', $.identifier)),
      seq(field('base', $._primary), field('operator', '->'), field('name', $.identifier)),
    ),
    index_expression: $ => seq(field('base', $._primary), '[', field('index', $.expression), ']'),
    slice_expression: $ => seq(field('base', $._primary), '[', field('range', $.range), ']'),
    range: $ => seq(
      optional(field('start', $.expression)), field('operator', choice('..', '..=')), optional(field('end', $.expression)),
    ),
    call_expression: $ => seq(field('function', $._primary), field('arguments', $.arguments)),
    arguments: $ => seq('(', list(choice($._value, $.named_argument)), ')'),
    named_argument: $ => seq(field('name', $._name), ':', field('value', $._value)),
    instance_expression: $ => seq(field('function', $._primary), '::', field('arguments', $.type_arguments)),
    force_expression: $ => seq(field('operand', $._primary), '!'),
    sizeof_expression: $ => seq('sizeof', '(', field('type', $.type), ')'),

    unary_expression: $ => prec(P.unary, seq(
      field('operator', choice('-', '-%', '-|', '-?', '!', '~', '&')), field('operand', $.expression),
    )),
    dereference: $ => prec(P.unary, seq('*', field('operand', $.expression))),
    try_expression: $ => prec(P.unary, seq('try', field('operand', $.expression))),
    cast_expression: $ => prec(P.unary, seq(
      '(', field('type', $.primitive_type), optional(field('family', choice('%', '|', '?'))), ')',
      field('operand', $.expression),
    )),
    binary_expression: $ => choice(...BINARY.map(([level, operators]) => prec.left(level, seq(
      field('left', $.expression), field('operator', choice(...operators)), field('right', $.expression),
    )))),
    ternary_expression: $ => prec.right(P.ternary, seq(
      field('condition', $.expression), '?', field('consequence', $.expression), ':', field('alternative', $.expression),
    )),
    else_expression: $ => prec.right(P.orelse, seq(
      field('value', $.expression), 'else', field('otherwise', choice($.expression, $._leave)),
    )),
    _else_block: $ => seq(field('value', $.expression), 'else', field('otherwise', $.block)),
    _leave: $ => choice(
      alias($._return, $.return_statement), alias($._break, $.break_statement),
      alias($._continue, $.continue_statement),
    ),

    new_expression: $ => prec.right(P.unary, seq(
      'new', optional(field('optional', '?')),
      choice(
        seq(field('type', $.type), optional(field('value', $.init_list))),
        field('value', choice($.string, $.byte_string, $.raw_string, $.text)),
      ),
    )),
    init_expression: $ => seq(
      field('type', choice($._name, $.path, $.instance_expression)), field('value', $.init_list),
    ),
    init_list: $ => seq(
      '{', optional(seq(list1(choice($._value, $.field_initializer)), optional(choice(',', field('fill', '...'))))), '}',
    ),
    field_initializer: $ => seq('.', field('name', $.identifier), '=', field('value', $._value)),
    closure: $ => seq(
      'fn', field('parameters', alias($._closure_parameters, $.parameters)), field('body', $.block),
    ),
    _closure_parameters: $ => seq('(', list(alias($._closure_parameter, $.parameter)), ')'),
    _closure_parameter: $ => seq(optional(field('type', $.type)), field('name', $._name)),

    // --- patterns --------------------------------------------------------------------------------------

    pattern: $ => choice(
      $._literal_pattern, $._pattern_name, $.variant_expression, $.constructor_pattern, $.range_pattern,
      alias($.binding, $.binding_pattern), $.tuple_pattern,
    ),
    _literal_pattern: $ => choice(
      $._number_pattern, $.string, $.byte_string, $.raw_string, $.true, $.false, $.none,
    ),
    _number_pattern: $ => choice($.integer, $.float, $.quantity, $.character, $.negative_pattern),
    negative_pattern: $ => seq('-', field('operand', choice($.integer, $.float, $.quantity))),
    _pattern_name: $ => choice($._name, $.path),
    constructor_pattern: $ => seq(
      field('name', choice($.identifier, $.path, $.variant_expression, alias($._place, $.field_expression))),
      field('arguments', $.pattern_arguments),
    ),
    _place: $ => choice(
      seq(field('base', alias($._place, $.field_expression)), field('operator', '.'), field('name', $.identifier)),
      seq(field('base', choice($._pattern_name, alias($._place, $.field_expression))), field('operator', '->'),
        field('name', $.identifier)),
    ),
    pattern_arguments: $ => seq('(', list($.pattern), ')'),
    range_pattern: $ => choice(
      seq(field('start', $._range_end), field('operator', choice('..', '..=')), optional(field('end', $._range_end))),
      seq(field('operator', choice('..', '..=')), field('end', $._range_end)),
    ),
    _range_end: $ => choice($._number_pattern, $._pattern_name),
    tuple_pattern: $ => seq('(', $.pattern, repeat1(seq(',', $.pattern)), ')'),

    // What can come in `switch receive`; the reader of the tree knows which switch it is in.
    _case_pattern: $ => choice($.pattern, $._head, $.joined_pattern),
    _head: $ => choice($.closed_pattern, $.timeout_pattern, $.unsatisfiable_pattern, $.received_pattern),
    closed_pattern: $ => seq('closed', '(', field('endpoint', $.expression), ')'),
    timeout_pattern: $ => seq('timeout', '(', field('time', $.expression), ')'),
    unsatisfiable_pattern: $ => 'unsatisfiable',
    received_pattern: $ => seq(
      field('pattern', choice($.constructor_pattern, $.closed_pattern)), 'as',
      choice(field('name', $.identifier), seq('(', list1(field('name', $.identifier)), ')')),
    ),
    joined_pattern: $ => seq($._joinable, repeat1(seq('&&', $._joinable))),
    _joinable: $ => choice($.constructor_pattern, $.closed_pattern, $.received_pattern),

    // --- statements ------------------------------------------------------------------------------------

    block: $ => seq('{', repeat($.statement), '}'),

    statement: $ => choice(
      $.block, $.empty_statement, $.declaration, $.tuple_declaration, $.assignment, $.step_statement,
      $.expression_statement, $.if_statement, $._loop, $.labeled_statement, $.return_statement, $.break_statement,
      $.continue_statement, $.defer_statement, $.lock_statement, $.assert_statement, $.channel_statement,
      $.send_statement, $.receive_statement, $.spawn_statement, $.join_statement,
    ),
    _loop: $ => choice(
      $.while_statement, $.do_statement, $.for_statement, $.for_each_statement, $.switch_statement,
      $.switch_receive_statement,
    ),
    empty_statement: $ => ';',

    declaration: $ => seq($._binder, choice(';', seq('=', $._initializer))),
    tuple_declaration: $ => seq(field('binding', $.binding_tuple), '=', $._initializer),
    _initializer: $ => choice(
      seq(field('value', $._value), ';'),
      field('value', alias($._else_block, $.else_expression)),
    ),
    _binder: $ => seq(choice('auto', field('type', $.type)), field('name', $.identifier)),
    binding: $ => $._binder,
    binding_tuple: $ => seq('(', $.binding, repeat1(seq(',', $.binding)), ')'),

    assignment: $ => seq($._target, field('operator', choice(...ASSIGN)), $._initializer),
    _assignment: $ => seq($._target, field('operator', choice(...ASSIGN)), field('value', $._value)),
    _target: $ => field('target', choice($._primary, $.dereference)),
    step_statement: $ => seq($._step, ';'),
    _step: $ => seq($._target, field('operator', choice('++', '--'))),
    expression_statement: $ => seq($._effect, ';'),
    _effect: $ => field('expression', choice($.call_expression, $.try_expression)),
    _simple: $ => choice(
      alias($._assignment, $.assignment), alias($._step, $.step_statement), alias($._effect, $.expression_statement),
    ),

    if_statement: $ => prec.right(seq(
      'if', $._condition, field('consequence', $.statement), optional(seq('else', field('alternative', $.statement))),
    )),
    // A value, or a binding of an optional's value.
    _condition: $ => seq('(', choice(
      field('condition', $.expression),
      seq(field('binding', choice($.binding, $.binding_tuple, $.tuple_expression)), '=', field('condition', $.expression)),
    ), ')'),
    while_statement: $ => seq('while', $._condition, $._loop_body),
    _loop_body: $ => seq(repeat(field('invariant', $.invariant_clause)), field('body', $.statement)),
    do_statement: $ => seq(
      'do', field('body', $.block), 'while', '(', field('condition', $.expression), ')',
      repeat(field('invariant', $.invariant_clause)), ';',
    ),
    for_statement: $ => seq(
      'for', '(', optional(field('init', choice(alias($._declaration, $.declaration), $._simple))), ';',
      optional(field('condition', $.expression)), ';', optional(list1(field('step', $._simple))), ')', $._loop_body,
    ),
    _declaration: $ => seq($._binder, optional(seq('=', field('value', $._value)))),
    for_each_statement: $ => seq(
      'for', '(', field('binding', choice($.binding, $.binding_tuple)), ':', optional(field('reverse', 'reverse')),
      choice(field('over', $.expression), field('range', $.range)), ')', $._loop_body,
    ),

    switch_statement: $ => seq('switch', '(', field('value', $.expression), ')', $._cases),
    switch_receive_statement: $ => seq('switch', 'receive', $._cases),
    _cases: $ => seq('{', repeat($.case), '}'),
    case: $ => seq(
      choice(
        seq('case', list1(field('pattern', $._case_pattern)), optional(seq('if', '(', field('guard', $.expression), ')'))),
        field('default', 'default'),
      ),
      ':', repeat($.statement),
    ),

    labeled_statement: $ => seq(field('label', $._name), ':', field('body', choice($._loop, $.block))),

    return_statement: $ => seq($._return, ';'),
    _return: $ => prec.right(seq('return', optional(field('value', $._value)))),
    break_statement: $ => seq($._break, ';'),
    _break: $ => prec.right(seq('break', optional(field('label', $.identifier)))),
    continue_statement: $ => seq($._continue, ';'),
    _continue: $ => prec.right(seq('continue', optional(field('label', $.identifier)))),

    defer_statement: $ => seq('defer', field('body', choice(seq($._simple, ';'), $.block, $.send_statement))),
    lock_statement: $ => seq(
      'lock', '(', field('mutex', $.expression), ',', field('binding', $.binding), ')', field('body', $.block),
    ),
    assert_statement: $ => seq(
      'assert', '(', field('condition', $.expression), optional(seq(',', field('text', $.string))), ')', ';',
    ),

    channel_statement: $ => seq(
      'channel', field('contract', choice(alias($.identifier, $.type_identifier), $.path, $.generic_type)),
      optional(seq(':', field('state', $.state_path))),
      '(', field('importer', $.identifier), ',', field('exporter', $.identifier), ')', ';',
    ),
    send_statement: $ => seq('send', field('call', $.call_expression), ';'),
    receive_statement: $ => seq(
      optional(field('try', 'try')), 'receive', field('message', $.constructor_pattern),
      choice(';', seq('else', 'closed', field('closed', $.block))),
    ),
    spawn_statement: $ => seq('spawn', field('call', $.call_expression), ';'),
    join_statement: $ => seq('join', field('body', $.block)),
  },
});
