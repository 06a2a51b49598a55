// What kinds of nodes are to the layout: one token, a unit of lines, braces around units.

#include "format__.h"

// What is one token although it has parts, or none of its own.
bool format__is_leaf(SyntaxKind kind) {
    switch (kind) {
    case SYNTAX_TOKEN:
    case SYNTAX_IDENTIFIER:
    case SYNTAX_TYPE_IDENTIFIER:
    case SYNTAX_PRIMITIVE_TYPE:
    case SYNTAX_QUALIFIER:
    case SYNTAX_INTEGER:
    case SYNTAX_FLOAT:
    case SYNTAX_UNIT:
    case SYNTAX_CHARACTER:
    case SYNTAX_STRING:
    case SYNTAX_BYTE_STRING:
    case SYNTAX_RAW_STRING:
    case SYNTAX_TEXT:
    case SYNTAX_TRUE:
    case SYNTAX_FALSE:
    case SYNTAX_NONE:
    case SYNTAX_UNSATISFIABLE_PATTERN: return true;
    default: return false;
    }
}

// What lines are about: its second line stands deeper than its first.
static bool is_unit(SyntaxKind kind) {
    switch (kind) {
    case SYNTAX_MODULE_DECLARATION:
    case SYNTAX_IMPORT_DECLARATION:
    case SYNTAX_CONST_ITEM:
    case SYNTAX_STRUCT_ITEM:
    case SYNTAX_FIELD_DECLARATION:
    case SYNTAX_INVARIANT_DECLARATION:
    case SYNTAX_ENUM_ITEM:
    case SYNTAX_FLAGS_ITEM:
    case SYNTAX_INTERFACE_ITEM:
    case SYNTAX_FUNCTION_ITEM:
    case SYNTAX_TEST_ITEM:
    case SYNTAX_CONTRACT_ITEM:
    case SYNTAX_MESSAGE_DECLARATION:
    case SYNTAX_STATE_DECLARATION:
    case SYNTAX_SIP_ITEM:
    case SYNTAX_SYSTEM_ITEM:
    case SYNTAX_INSTANCE:
    case SYNTAX_PACKAGE_ITEM:
    case SYNTAX_SETTING:
    case SYNTAX_BLOCK:
    case SYNTAX_EMPTY_STATEMENT:
    case SYNTAX_DECLARATION:
    case SYNTAX_TUPLE_DECLARATION:
    case SYNTAX_ASSIGNMENT:
    case SYNTAX_STEP_STATEMENT:
    case SYNTAX_EXPRESSION_STATEMENT:
    case SYNTAX_IF_STATEMENT:
    case SYNTAX_WHILE_STATEMENT:
    case SYNTAX_DO_STATEMENT:
    case SYNTAX_FOR_STATEMENT:
    case SYNTAX_FOR_EACH_STATEMENT:
    case SYNTAX_SWITCH_STATEMENT:
    case SYNTAX_SWITCH_RECEIVE_STATEMENT:
    case SYNTAX_CASE:
    case SYNTAX_LABELED_STATEMENT:
    case SYNTAX_RETURN_STATEMENT:
    case SYNTAX_BREAK_STATEMENT:
    case SYNTAX_CONTINUE_STATEMENT:
    case SYNTAX_DEFER_STATEMENT:
    case SYNTAX_LOCK_STATEMENT:
    case SYNTAX_ASSERT_STATEMENT:
    case SYNTAX_CHANNEL_STATEMENT:
    case SYNTAX_SEND_STATEMENT:
    case SYNTAX_RECEIVE_STATEMENT:
    case SYNTAX_SPAWN_STATEMENT:
    case SYNTAX_JOIN_STATEMENT: return true;
    default: return false;
    }
}

// Whose parts between braces have lines of their own.
bool format__has_body(SyntaxKind kind) {
    switch (kind) {
    case SYNTAX_BLOCK:
    case SYNTAX_STRUCT_ITEM:
    case SYNTAX_INTERFACE_ITEM:
    case SYNTAX_CONTRACT_ITEM:
    case SYNTAX_ONE_BLOCK:
    case SYNTAX_SYSTEM_ITEM:
    case SYNTAX_SETTINGS:
    case SYNTAX_SWITCH_STATEMENT:
    case SYNTAX_SWITCH_RECEIVE_STATEMENT: return true;
    default: return false;
    }
}

// A block that is the body of something stands as that does.
bool format__is_statement(const Format *f, uint32_t node) {
    SyntaxKind kind = format__kind(f, node);
    if (kind != SYNTAX_BLOCK) return is_unit(kind);
    if (node == 0) return false;
    SyntaxKind parent = format__kind(f, f->parents[node]);
    return parent == SYNTAX_BLOCK || parent == SYNTAX_CASE || parent == SYNTAX_LABELED_STATEMENT;
}
