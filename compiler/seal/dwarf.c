// The line table of DWARF version 5 (DWARF 5, section 6.2): a state machine whose steps are the rows. Only what a row's
// address, file and line depend on is kept.

#include "seal__.h"

#include <string.h>

enum { // DW_LNS
    LNS_COPY = 1,
    LNS_ADVANCE_PC,
    LNS_ADVANCE_LINE,
    LNS_SET_FILE,
    LNS_CONST_ADD_PC = 8,
    LNS_FIXED_ADVANCE_PC,
};
enum { LNE_END_SEQUENCE = 1, LNE_SET_ADDRESS = 2 };
enum { LNCT_PATH = 1 };
enum { // DW_FORM, those that file tables use
    FORM_DATA2 = 0x05,
    FORM_DATA4 = 0x06,
    FORM_DATA8 = 0x07,
    FORM_STRING = 0x08,
    FORM_BLOCK = 0x09,
    FORM_DATA1 = 0x0b,
    FORM_STRP = 0x0e,
    FORM_UDATA = 0x0f,
    FORM_DATA16 = 0x1e,
    FORM_LINE_STRP = 0x1f,
};
enum { MOST_FORMATS = 16, MOST_FILES = 1 << 16 };

typedef struct Unit {
    Arena *arena;
    Reader in; // from behind its length to its end
    Str strings, line_strings;
    uint8_t min_length, line_range, opcode_base;
    int8_t line_base;
    uint8_t lengths[256]; // arguments of standard opcodes
    Str *files;
    uint64_t file_count;
    DwarfLines *lines;
    uint64_t pc, file, line;
} Unit;

// --- the file table ---------------------------------------------------------------------------------------------

static Str read_terminated(Reader *in) {
    Str rest = { (const char *)in->data, in->len };
    Str text = seal__text_at(rest, in->at);
    if (!text.ptr)
        in->bad = true;
    else
        in->at += text.len + 1;
    return text;
}

static Str read_form(Unit *u, uint64_t form) { // its text, if it is one
    switch (form) {
    case FORM_STRING: return read_terminated(&u->in);
    case FORM_LINE_STRP: return seal__text_at(u->line_strings, read_u32le(&u->in));
    case FORM_STRP: return seal__text_at(u->strings, read_u32le(&u->in));
    case FORM_DATA1: read_u8(&u->in); break;
    case FORM_DATA2: read_u16le(&u->in); break;
    case FORM_DATA4: read_u32le(&u->in); break;
    case FORM_DATA8: read_u64le(&u->in); break;
    case FORM_DATA16: read_bytes(&u->in, 16); break;
    case FORM_UDATA: read_uleb(&u->in); break;
    case FORM_BLOCK: read_bytes(&u->in, read_uleb(&u->in)); break;
    default: u->in.bad = true; break;
    }
    return (Str){ 0 };
}

// Directories and files have the same form; directories are not kept.
static void read_entries(Unit *u, bool are_files) {
    uint64_t contents[MOST_FORMATS] = { 0 }, forms[MOST_FORMATS] = { 0 };
    uint8_t formats = read_u8(&u->in);
    if (formats > MOST_FORMATS) u->in.bad = true;
    for (uint8_t i = 0; i < formats && !u->in.bad; i++) {
        contents[i] = read_uleb(&u->in);
        forms[i] = read_uleb(&u->in);
    }
    uint64_t count = read_uleb(&u->in);
    if (u->in.bad || count > MOST_FILES || formats == 0) {
        u->in.bad = u->in.bad || count != 0;
        return;
    }
    Str *names = arena_array(u->arena, Str, count);
    for (uint64_t i = 0; i < count && !u->in.bad; i++)
        for (uint8_t f = 0; f < formats && !u->in.bad; f++) {
            Str text = read_form(u, forms[f]);
            if (contents[f] == LNCT_PATH) names[i] = text;
        }
    if (are_files) {
        u->files = names;
        u->file_count = count;
    }
}

// --- the program ---------------------------------------------------------------------------------------------------

static void add_row(Unit *u, bool ends) {
    Str file = u->file < u->file_count ? u->files[u->file] : (Str){ 0 };
    uint32_t line = u->line > UINT32_MAX ? 0 : (uint32_t)u->line;
    vec_push(u->arena, u->lines, (DwarfLine){ u->pc, file, line, ends });
}

static void start_sequence(Unit *u) {
    u->pc = 0;
    u->file = 1;
    u->line = 1;
}

static void run_extended(Unit *u) {
    uint64_t length = read_uleb(&u->in);
    size_t next = u->in.at + length;
    if (u->in.bad || length == 0 || length > u->in.len - u->in.at) {
        u->in.bad = true;
        return;
    }
    uint8_t opcode = read_u8(&u->in);
    if (opcode == LNE_END_SEQUENCE) {
        add_row(u, true);
        start_sequence(u);
    } else if (opcode == LNE_SET_ADDRESS && length == 9) {
        u->pc = read_u64le(&u->in);
    }
    u->in.at = next;
}

static void run_special(Unit *u, uint8_t opcode, bool adds_row) {
    uint8_t adjusted = (uint8_t)(opcode - u->opcode_base);
    u->pc += (uint64_t)(adjusted / u->line_range) * u->min_length;
    if (!adds_row) return;
    u->line += (uint64_t)(int64_t)(u->line_base + adjusted % u->line_range);
    add_row(u, false);
}

static void run_step(Unit *u) {
    uint8_t opcode = read_u8(&u->in);
    if (opcode >= u->opcode_base) {
        run_special(u, opcode, true);
        return;
    }
    switch (opcode) {
    case 0: run_extended(u); break;
    case LNS_COPY: add_row(u, false); break;
    case LNS_ADVANCE_PC: u->pc += read_uleb(&u->in) * u->min_length; break;
    case LNS_ADVANCE_LINE: u->line += (uint64_t)read_sleb(&u->in); break;
    case LNS_SET_FILE: u->file = read_uleb(&u->in); break;
    case LNS_CONST_ADD_PC: run_special(u, 255, false); break;
    case LNS_FIXED_ADVANCE_PC: u->pc += read_u16le(&u->in); break;
    default:
        for (uint8_t i = 0; i < u->lengths[opcode]; i++)
            read_uleb(&u->in);
    }
}

static void read_unit(Unit *u) {
    uint16_t version = read_u16le(&u->in);
    uint8_t address_size = read_u8(&u->in);
    read_u8(&u->in);    // segment selectors
    read_u32le(&u->in); // the header's length
    u->min_length = read_u8(&u->in);
    read_u8(&u->in); // operations per instruction
    read_u8(&u->in); // default of is_stmt
    u->line_base = (int8_t)read_u8(&u->in);
    u->line_range = read_u8(&u->in);
    u->opcode_base = read_u8(&u->in);
    if (u->in.bad || version != 5 || address_size != 8 || u->line_range == 0 || u->opcode_base == 0)
        return;
    for (unsigned i = 1; i < u->opcode_base; i++)
        u->lengths[i] = read_u8(&u->in);
    read_entries(u, false);
    read_entries(u, true);
    start_sequence(u);
    while (!u->in.bad && u->in.at < u->in.len)
        run_step(u);
}

void seal__read_dwarf(Arena *arena, const Program *program, DwarfLines *lines) {
    Str section = seal__section(program, ".debug_line");
    Reader in = { (const uint8_t *)section.ptr, section.len, 0, false };
    while (!in.bad && in.at < in.len) {
        uint32_t length = read_u32le(&in); // 64-bit DWARF begins with a length that no section has
        const uint8_t *unit = read_bytes(&in, length);
        if (in.bad) return;
        Unit u = {
            .arena = arena,
            .in = { unit, length, 0, false },
            .strings = seal__section(program, ".debug_str"),
            .line_strings = seal__section(program, ".debug_line_str"),
            .lines = lines
        };
        read_unit(&u);
    }
}
