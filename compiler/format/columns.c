// Columns: what stands above each other in lines that follow each other.
// Takes lines as they are laid; leaves the blanks before comments behind code, before the `=` of a system's processes and the first `->`
// of the choices of a state. Where a line would get too long, or has to go too far, each stands a blank behind what is before it.

#include "format__.h"

typedef struct Cell { // of a column
    uint32_t line;    // its first token
    uint32_t
        token; // what is to stand in the column; NOWHERE: the line has none, and does not end the column
    uint32_t width; // of what is before it
    uint32_t rest;  // columns from it to the end of the line
} Cell;

typedef enum Column { COLUMN_COMMENTS, COLUMN_SIGNS } Column;

enum { FARTHEST = 24 }; // columns that a sign is moved

static uint32_t end_of(const Format *f, uint32_t first) {
    uint32_t last = first;
    while (last + 1 < f->tokens.len && !f->tokens.data[last + 1].breaks)
        last++;
    return last;
}

static bool is_plain(const Format *f, uint32_t first, uint32_t last) {
    for (uint32_t i = first; i < last; i++)
        if (f->tokens.data[i].kind != TOKEN_CODE) return false;
    return true;
}

// Members go on with a column although one has nothing in it; statements do not.
static bool is_member(const Format *f, const Token *first) {
    SyntaxKind kind = format__kind(f, first->across);
    return kind == SYNTAX_STRUCT_ITEM || kind == SYNTAX_CONTRACT_ITEM || kind == SYNTAX_SYSTEM_ITEM;
}

static bool find_comment(const Format *f, uint32_t first, uint32_t last, uint32_t *token) {
    *token = last;
    if (last > first && f->tokens.data[last].kind == TOKEN_LINE_COMMENT) return true;
    *token = NOWHERE;
    return is_member(f, &f->tokens.data[first]);
}

static bool find_sign(const Format *f, uint32_t first, uint32_t last, uint32_t *token) {
    SyntaxKind within = format__kind(f, f->tokens.data[first].across);
    if (within != SYNTAX_SYSTEM_ITEM && within != SYNTAX_ONE_BLOCK) return false;
    for (*token = first + 1; *token <= last; ++*token) {
        SyntaxKind kind = format__kind(f, f->tokens.data[*token].across);
        if (kind == SYNTAX_INSTANCE && format__is(f, &f->tokens.data[*token], "=")) return true;
        if (kind == SYNTAX_PROTOCOL && format__is(f, &f->tokens.data[*token], "->")) return true;
    }
    return false;
}

static bool find_cell(const Format *f, Column column, uint32_t first, Cell *cell) {
    uint32_t last = end_of(f, first);
    *cell = (Cell){ .line = first, .token = NOWHERE };
    if (!is_plain(f, first, last)) return false;
    bool found = column == COLUMN_COMMENTS ? find_comment(f, first, last, &cell->token)
                                           : find_sign(f, first, last, &cell->token);
    if (!found || cell->token == NOWHERE) return found;
    cell->width = format__width(f, first, cell->token - 1);
    cell->rest = format__width(f, first, last) - cell->width - f->tokens.data[cell->token].blanks;
    return true;
}

static void align(Format *f, Column column, const Cell *cells, uint32_t count) {
    uint32_t widest = 0, narrowest = NOWHERE, rest = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (cells[i].token == NOWHERE) continue;
        if (cells[i].width > widest) widest = cells[i].width;
        if (cells[i].width < narrowest) narrowest = cells[i].width;
        if (cells[i].rest > rest) rest = cells[i].rest;
    }
    bool aligned = widest + 1 + rest <= FORMAT_WIDTH &&
                   (column == COLUMN_COMMENTS || widest - narrowest <= FARTHEST);
    for (uint32_t i = 0; i < count; i++)
        if (cells[i].token != NOWHERE)
            f->tokens.data[cells[i].token].blanks = aligned ? widest - cells[i].width + 1 : 1;
}

static void align_column(Format *f, Column column) {
    VEC(Cell) run = { 0 };
    for (uint32_t i = 0; i < f->tokens.len; i++) {
        const Token *token = &f->tokens.data[i];
        if (i > 0 && !token->breaks) continue;
        Cell cell;
        bool found = find_cell(f, column, i, &cell);
        bool goes_on = found && run.len && token->breaks == 1 &&
                       f->tokens.data[run.data[0].line].indent == token->indent;
        if (!goes_on && run.len) {
            align(f, column, run.data, run.len);
            run.len = 0;
        }
        if (found) vec_push(f->arena, &run, cell);
    }
    if (run.len) align(f, column, run.data, run.len);
}

void format__align(Format *f) {
    align_column(f, COLUMN_SIGNS);
    align_column(f, COLUMN_COMMENTS);
}
