// The `.system` file: a line a fact, words parted by single blanks, texts in quotes with hexadecimal escapes.

#include "wiring.h"

#include <stdio.h>
#include <string.h>

enum { MOST_WORDS = 260, MOST_SIPS = 1024 };

static const char *const kind_words[WIRE_KINDS] = {
    [WIRE_CHANNEL] = "channel", [WIRE_MACHINE] = "machine", [WIRE_ARGS] = "args",
    [WIRE_DEVICE] = "device",   [WIRE_PROGRAM] = "program", [WIRE_GIVEN] = "given",
};

// --- writing -------------------------------------------------------------------------------------------------

static void write_text(const char *text, Buf *out) {
    buf_byte(out, '"');
    for (; *text; text++) {
        uint8_t c = (uint8_t)*text;
        if (c <= ' ' || c == '"' || c == '\\' || c >= 0x7f)
            buf_printf(out, "\\%02x", c);
        else
            buf_byte(out, c);
    }
    buf_byte(out, '"');
}

static void write_wire(const Wire *wire, Buf *out) {
    buf_printf(out, "wire %s %s", wire->param, kind_words[wire->kind]);
    if (wire->kind == WIRE_CHANNEL) buf_printf(out, " %s %s", wire->sip, wire->target);
    if (wire->kind == WIRE_MACHINE) buf_printf(out, " %s", wire->target);
    if (wire->kind == WIRE_PROGRAM) buf_printf(out, " %s", wire->sip);
    vec_each(const char *, text, &wire->texts) {
        buf_byte(out, ' ');
        write_text(*text, out);
    }
    buf_byte(out, '\n');
}

void wiring_write(const Wiring *wiring, Buf *out) {
    buf_printf(out, "sip-system 1\nsystem %s\n", wiring->name);
    vec_each(Instance, sip, &wiring->sips) {
        if (sip->on_demand)
            buf_printf(out, "program %s %s\n", sip->name, sip->program);
        else
            buf_printf(
                out, "sip %s %s %u%s\n", sip->name, sip->program, sip->restart,
                sip->trusted ? " trusted" : ""
            );
        vec_each(Wire, wire, &sip->wires)
            write_wire(wire, out);
    }
}

// --- reading -------------------------------------------------------------------------------------------------

typedef struct Line {
    const char *words[MOST_WORDS];
    uint32_t count;
} Line;

static bool is_name(const char *word) {
    if (!*word || (*word >= '0' && *word <= '9')) return false;
    for (; *word; word++) {
        char c = *word;
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
            ))
            return false;
    }
    return true;
}

static bool split(Arena *arena, Str text, Line *line) {
    line->count = 0;
    for (size_t at = 0; at < text.len;) {
        const char *blank = memchr(text.ptr + at, ' ', text.len - at);
        size_t end = blank ? (size_t)(blank - text.ptr) : text.len;
        if (line->count == MOST_WORDS || end == at || memchr(text.ptr + at, '\0', end - at))
            return false;
        line->words[line->count++] = arena_strndup(arena, text.ptr + at, end - at);
        at = end + 1;
    }
    return line->count > 0;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *read_text(Arena *arena, const char *word) {
    size_t length = strlen(word), used = 0;
    if (length < 2 || word[0] != '"' || word[length - 1] != '"') return NULL;
    char *text = arena_alloc(arena, length, 1);
    for (size_t i = 1; i + 1 < length; i++) {
        if (word[i] != '\\') {
            text[used++] = word[i];
            continue;
        }
        if (i + 3 >= length || hex_digit(word[i + 1]) < 0 || hex_digit(word[i + 2]) < 0)
            return NULL;
        text[used++] = (char)(hex_digit(word[i + 1]) * 16 + hex_digit(word[i + 2]));
        i += 2;
    }
    return text;
}

static bool read_number(const char *word, uint32_t *number) {
    uint64_t value = 0;
    if (!*word || (word[0] == '0' && word[1])) return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9' ||
            (value = value * 10 + (uint64_t)(*word - '0')) > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool add_sip(Arena *arena, const Line *line, Instance sip, Wiring *wiring) {
    if (!is_name(line->words[1]) || !is_name(line->words[2]) || wiring->sips.len == MOST_SIPS)
        return false;
    sip.name = line->words[1];
    sip.program = line->words[2];
    vec_push(arena, &wiring->sips, sip);
    return true;
}

static bool read_program(Arena *arena, const Line *line, Wiring *wiring) {
    return line->count == 3 && add_sip(arena, line, (Instance){ .on_demand = true }, wiring);
}

static bool read_sip(Arena *arena, const Line *line, Wiring *wiring) {
    Instance sip = { 0 };
    sip.trusted = line->count == 5 && strcmp(line->words[4], "trusted") == 0;
    return (line->count == 4 || sip.trusted) && read_number(line->words[3], &sip.restart) &&
           add_sip(arena, line, sip, wiring);
}

static bool read_wire(Arena *arena, const Line *line, Wiring *wiring) {
    static const uint32_t words[WIRE_KINDS] = {
        [WIRE_CHANNEL] = 5, [WIRE_MACHINE] = 4, [WIRE_ARGS] = 0,
        [WIRE_DEVICE] = 3,  [WIRE_PROGRAM] = 4, [WIRE_GIVEN] = 3
    };
    Wire wire = { 0 };
    if (wiring->sips.len == 0 || line->count < 3 || !is_name(line->words[1])) return false;
    while (wire.kind < WIRE_KINDS && strcmp(kind_words[wire.kind], line->words[2]) != 0)
        wire.kind++;
    if (wire.kind == WIRE_KINDS || (words[wire.kind] && line->count != words[wire.kind]))
        return false;
    wire.param = line->words[1];
    for (uint32_t i = 3; i < line->count; i++) {
        if (wire.kind != WIRE_ARGS && !is_name(line->words[i])) return false;
        if (wire.kind == WIRE_ARGS) {
            const char *text = read_text(arena, line->words[i]);
            if (!text) return false;
            vec_push(arena, &wire.texts, text);
        }
    }
    if (wire.kind == WIRE_CHANNEL || wire.kind == WIRE_PROGRAM) wire.sip = line->words[3];
    if (wire.kind == WIRE_CHANNEL || wire.kind == WIRE_MACHINE)
        wire.target = line->words[line->count - 1];
    vec_push(arena, &vec_last(&wiring->sips)->wires, wire);
    return true;
}

static bool read_line(Arena *arena, uint32_t number, const Line *line, Wiring *wiring) {
    if (number == 1)
        return line->count == 2 && strcmp(line->words[0], "sip-system") == 0 &&
               strcmp(line->words[1], "1") == 0;
    if (number == 2) {
        wiring->name = line->count == 2 ? line->words[1] : "";
        return strcmp(line->words[0], "system") == 0 && is_name(wiring->name);
    }
    if (strcmp(line->words[0], "sip") == 0) return read_sip(arena, line, wiring);
    if (strcmp(line->words[0], "program") == 0) return read_program(arena, line, wiring);
    return strcmp(line->words[0], "wire") == 0 && read_wire(arena, line, wiring);
}

bool wiring_read(Arena *arena, const char *name, Str text, Wiring *wiring, char error[512]) {
    *wiring = (Wiring){ 0 };
    uint32_t number = 0;
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t length = end ? (size_t)(end - (text.ptr + at)) : text.len - at;
        Line line;
        number++;
        if (!split(arena, (Str){ text.ptr + at, length }, &line) ||
            !read_line(arena, number, &line, wiring)) {
            snprintf(
                error, 512,
                "%s:%u is not a line of a .system file; let `sipcc build` write it anew", name,
                number
            );
            return false;
        }
        at += length + 1;
    }
    if (number < 2 || wiring->sips.len == 0) {
        snprintf(error, 512, "%s names no sip; let `sipcc build` write it anew", name);
        return false;
    }
    return true;
}

// --- packing -----------------------------------------------------------------------------------------------------------

ImageInstanceInput wiring_instance(Arena *arena, const Instance *from) {
    static const ImageWireKind kinds[WIRE_KINDS] = {
        [WIRE_CHANNEL] = IMAGE_WIRE_CHANNEL, [WIRE_MACHINE] = IMAGE_WIRE_MACHINE,
        [WIRE_ARGS] = IMAGE_WIRE_ARGS,       [WIRE_DEVICE] = IMAGE_WIRE_DEVICE,
        [WIRE_PROGRAM] = IMAGE_WIRE_PROGRAM, [WIRE_GIVEN] = IMAGE_WIRE_GIVEN,
    };
    ImageWireInput *wires = arena_array(arena, ImageWireInput, from->wires.len);
    for (uint32_t i = 0; i < from->wires.len; i++) {
        const Wire *wire = &from->wires.data[i];
        wires[i] = (ImageWireInput){ .param = wire->param,
                                     .kind = kinds[wire->kind],
                                     .sip = wire->sip,
                                     .target = wire->target };
        wires[i].texts = wire->texts.data;
        wires[i].text_count = wire->texts.len;
    }
    return (ImageInstanceInput){ .name = from->name,
                                 .program = from->program,
                                 .restart = from->restart,
                                 .trusted = from->trusted,
                                 .on_demand = from->on_demand,
                                 .wires = wires,
                                 .wire_count = from->wires.len };
}
