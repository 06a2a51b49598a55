// .sip.lines: which source line each address of the module's functions comes from. The files of the module come first,
// in their order, so that trap rows may name them by number.

#include "seal__.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

typedef struct ElfSymbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
} ElfSymbol;

_Static_assert(sizeof(ElfSymbol) == 24, "as ELF lays it out");

enum { SYMBOL_FUNC = 2 };

typedef struct Row { // of the result; `order` keeps equal addresses as they came
    uint32_t pc, file, line, order;
} Row;

typedef struct Lines {
    Arena *arena;
    const Program *program;
    const SealInput *input;
    const SirModule *module;
    DwarfLines dwarf;
    Functions functions;
    VEC(Row) rows;
    StrMap *files;
    Buf strings;
} Lines;

// --- functions, from the symbols that the lowering gave them: "f12.name" ---------------------------------------------

static bool row_of_symbol(const Lines *l, Str symbol, SirFunc *row) {
    uint64_t number = 0;
    size_t i = 1;
    if (symbol.len < 3 || symbol.ptr[0] != 'f') return false;
    for (; i < symbol.len && i < 11 && symbol.ptr[i] >= '0' && symbol.ptr[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(symbol.ptr[i] - '0');
    if (i == 1 || i == symbol.len || symbol.ptr[i] != '.' || number >= l->module->funcs.len)
        return false;
    *row = (SirFunc)number;
    return true;
}

static int compare_functions(const void *a, const void *b) {
    const Function *left = a, *right = b;
    if (left->pc != right->pc) return left->pc < right->pc ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

static void note_copier(Lines *l, Str name, uint64_t pc) {
    static const char *const names[COPIERS] = { "memcpy", "memmove", "memset" };
    for (uint32_t i = 0; i < COPIERS && l->functions.copier_count < COPIERS; i++)
        if (name.len == strlen(names[i]) && memcmp(name.ptr, names[i], name.len) == 0)
            l->functions.copiers[l->functions.copier_count++] = pc;
}

static void find_functions(Lines *l) {
    Str symbols = seal__section(l->program, ".symtab"),
        names = seal__section(l->program, ".strtab");
    for (size_t at = 0; at + sizeof(ElfSymbol) <= symbols.len; at += sizeof(ElfSymbol)) {
        ElfSymbol symbol;
        Function function = { 0 };
        memcpy(&symbol, symbols.ptr + at, sizeof symbol);
        if ((symbol.info & 15) != SYMBOL_FUNC || symbol.size == 0 ||
            symbol.value + symbol.size > UINT32_MAX)
            continue;
        Str name = seal__text_at(names, symbol.name);
        if (!row_of_symbol(l, name, &function.row)) {
            note_copier(l, name, symbol.value);
            continue;
        }
        function.pc = symbol.value;
        function.size = symbol.size;
        vec_push(l->arena, &l->functions, function);
    }
    if (l->functions.len)
        qsort(l->functions.data, l->functions.len, sizeof *l->functions.data, compare_functions);
}

const Function *seal__function_at(const Functions *functions, uint64_t pc) {
    uint32_t low = 0, high = functions->len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (functions->data[middle].pc <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    const Function *last = low ? &functions->data[low - 1] : NULL;
    return last && pc - last->pc < last->size ? last : NULL;
}

// --- rows ------------------------------------------------------------------------------------------------------------

static uint32_t file_number(Lines *l, Str name) {
    uint64_t number = strmap_len(l->files);
    if (!strmap_get(l->files, name.ptr, name.len, &number))
        strmap_put(l->files, name.ptr, name.len, number);
    return (uint32_t)number;
}

static void name_files(Lines *l, Str *names, uint32_t *count) {
    for (uint32_t i = 0; i < l->module->files.len; i++)
        names[(*count)++] = l->module->files.data[i];
}

static void add_row(Lines *l, uint64_t pc, uint32_t file, uint32_t line) {
    vec_push(l->arena, &l->rows, (Row){ (uint32_t)pc, file, line, l->rows.len });
}

static int compare_rows(const void *a, const void *b) {
    const Row *left = a, *right = b;
    if (left->pc != right->pc) return left->pc < right->pc ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

// A function begins in its line; behind a call its line goes on until the next.
static void add_calls(Lines *l) {
    CallPlaces places = { 0 };
    seal__place_calls(l->arena, l->input, &l->functions, &places);
    vec_each(Function, function, &l->functions) {
        SirLoc loc = l->module->funcs.data[function->row].loc;
        bool known = loc.file < l->module->files.len;
        add_row(l, function->pc, known ? loc.file : 0, known ? loc.line : 0);
    }
    vec_each(CallPlace, place, &places)
        add_row(l, place->pc, place->file, place->line);
}

// Behind each function nothing is known, until a row says otherwise: those come later, and the last row of an address wins.
static void collect_rows(Lines *l) {
    for (uint32_t i = 0; i < l->functions.len; i++)
        add_row(l, l->functions.data[i].pc + l->functions.data[i].size, 0, 0);
    for (uint32_t i = 0; i < l->dwarf.len; i++) {
        const DwarfLine *line = &l->dwarf.data[i];
        if (!line->ends && seal__function_at(&l->functions, line->pc))
            add_row(l, line->pc, line->line ? file_number(l, line->file) : 0, line->line);
    }
    if (l->input->made_calls) add_calls(l);
    if (l->rows.len) qsort(l->rows.data, l->rows.len, sizeof *l->rows.data, compare_rows);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->rows.len; i++) {
        const Row *row = &l->rows.data[i];
        bool is_last = i + 1 == l->rows.len || l->rows.data[i + 1].pc != row->pc;
        bool is_news = kept == 0 || l->rows.data[kept - 1].file != row->file ||
                       l->rows.data[kept - 1].line != row->line;
        if (is_last && is_news) l->rows.data[kept++] = *row;
    }
    l->rows.len = kept;
}

// --- writing ---------------------------------------------------------------------------------------------------------

typedef struct Layout {
    SealLines header;
    uint32_t texts; // where they begin
} Layout;

static Layout lay_out(const Lines *l, uint32_t files) {
    Layout layout = { .header = { .magic = { 'S', 'I', 'P', 'L', 'I', 'N', 'E', 1 } } };
    SealLines *header = &layout.header;
    header->files = (SealTable){ sizeof *header, files };
    header->rows =
        (SealTable){ header->files.offset + files * (uint32_t)sizeof(SealString), l->rows.len };
    header->functions = (SealTable){ header->rows.offset + l->rows.len * (uint32_t)sizeof(SealLine),
                                     l->functions.len };
    header->texts =
        (SealTable){ header->functions.offset + l->functions.len * (uint32_t)sizeof(SealFunction),
                     l->input->trap_text_count };
    layout.texts = header->texts.offset + header->texts.count * (uint32_t)sizeof(SealString);
    return layout;
}

static SealString add_text(Lines *l, const Layout *layout, Str text) {
    SealString at = { layout->texts + (uint32_t)l->strings.len, (uint32_t)text.len };
    buf_put(&l->strings, text.ptr, text.len);
    return at;
}

static void put_files(Lines *l, const Layout *layout, const Str *names, Buf *tables) {
    for (uint32_t i = 0; i < layout->header.files.count; i++) {
        SealString row = add_text(l, layout, names[i]);
        buf_put(tables, &row, sizeof row);
    }
}

static void put_rows(Lines *l, const Layout *layout, Buf *tables) {
    vec_each(Row, row, &l->rows) {
        SealLine line = { row->pc, row->file, row->line };
        buf_put(tables, &line, sizeof line);
    }
    vec_each(Function, function, &l->functions) {
        Str name = l->module->funcs.data[function->row].name;
        SealFunction row = { (uint32_t)function->pc, (uint32_t)function->size,
                             add_text(l, layout, name) };
        buf_put(tables, &row, sizeof row);
    }
    for (uint32_t i = 0; i < layout->header.texts.count; i++) {
        SealString row = add_text(l, layout, l->input->trap_texts[i]);
        buf_put(tables, &row, sizeof row);
    }
}

// The module's files, then those that only the line table names, then, so that there is one, the unknown file.
static Str *all_files(Lines *l, uint32_t *count) {
    Str *names =
        arena_array(l->arena, Str, (uint64_t)strmap_len(l->files) + l->module->files.len + 1);
    name_files(l, names, count);
    for (uint32_t i = *count; i < strmap_len(l->files); i++) {
        uint64_t number;
        Str *name = &names[(*count)++];
        strmap_at(l->files, i, &name->ptr, &name->len, &number);
    }
    if (*count == 0) names[(*count)++] = STR("<unknown>");
    return names;
}

void seal__write_lines(
    Arena *arena, const Program *program, const SealInput *input, const SirModule *module, Buf *out
) {
    Lines l = { .arena = arena, .program = program, .input = input, .module = module };
    l.files = strmap_new(arena);
    for (uint32_t i = 0; i < module->files.len; i++)
        strmap_put(l.files, module->files.data[i].ptr, module->files.data[i].len, i);
    seal__read_dwarf(arena, program, &l.dwarf);
    find_functions(&l);
    collect_rows(&l);
    uint32_t files = 0;
    Str *names = all_files(&l, &files);
    Layout layout = lay_out(&l, files);
    Buf tables = { 0 };
    put_files(&l, &layout, names, &tables);
    put_rows(&l, &layout, &tables);
    layout.header.size = layout.texts + (uint32_t)l.strings.len;
    buf_put(out, &layout.header, sizeof layout.header);
    buf_put(out, tables.data, tables.len);
    buf_put(out, l.strings.data, l.strings.len);
    buf_free(&tables);
    buf_free(&l.strings);
}
