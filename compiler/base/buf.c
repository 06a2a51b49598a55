// A growing run of bytes, and its reader.

#include "buf.h"

#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(Buf *buf) {
    *buf = (Buf){ 0 };
}

void buf_free(Buf *buf) {
    free(buf->data);
    buf_init(buf);
}

void buf_reserve(Buf *buf, size_t more) {
    if (buf->cap - buf->len >= more) return;
    size_t cap = buf->cap ? buf->cap : 256;
    while (cap - buf->len < more) {
        if (cap > SIZE_MAX / 4) base_out_of_memory(more);
        cap *= 2;
    }
    buf->data = realloc(buf->data, cap);
    if (!buf->data) base_out_of_memory(cap);
    buf->cap = cap;
}

void buf_put(Buf *buf, const void *bytes, size_t length) {
    if (length == 0) return;
    buf_reserve(buf, length);
    memcpy(buf->data + buf->len, bytes, length);
    buf->len += length;
}

void buf_byte(Buf *buf, uint8_t value) {
    buf_put(buf, &value, 1);
}

static void put_le(Buf *buf, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        buf_byte(buf, (uint8_t)(value >> (8 * i)));
}

void buf_u16le(Buf *buf, uint16_t value) {
    put_le(buf, value, 2);
}

void buf_u32le(Buf *buf, uint32_t value) {
    put_le(buf, value, 4);
}

void buf_u64le(Buf *buf, uint64_t value) {
    put_le(buf, value, 8);
}

void buf_uleb(Buf *buf, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        buf_byte(buf, (uint8_t)(value | 0x80));
    buf_byte(buf, (uint8_t)value);
}

void buf_sleb(Buf *buf, int64_t value) {
    for (;;) {
        uint8_t low = value & 0x7f;
        value >>= 7; // arithmetic, as clang and gcc define it
        if ((value == 0 && !(low & 0x40)) || (value == -1 && (low & 0x40))) {
            buf_byte(buf, low);
            return;
        }
        buf_byte(buf, low | 0x80);
    }
}

void buf_cstr(Buf *buf, const char *text) {
    buf_put(buf, text, strlen(text));
}

void buf_printf(Buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    buf_reserve(buf, (size_t)length + 1);
    va_start(args, format);
    vsnprintf((char *)buf->data + buf->len, (size_t)length + 1, format, args);
    va_end(args);
    buf->len += (size_t)length;
}

void buf_json(Buf *buf, const char *text) {
    buf_byte(buf, '"');
    for (; *text; text++) {
        uint8_t c = (uint8_t)*text;
        if (c == '"' || c == '\\')
            buf_printf(buf, "\\%c", c);
        else if (c == '\n')
            buf_cstr(buf, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(buf, "\\u%04x", c);
        else
            buf_byte(buf, c);
    }
    buf_byte(buf, '"');
}

char *buf_take(Buf *buf) {
    buf_reserve(buf, 1);
    buf->data[buf->len] = 0;
    char *text = (char *)buf->data;
    buf_init(buf);
    return text;
}

// --- reading -----------------------------------------------------------------------------------------------

const uint8_t *read_bytes(Reader *reader, size_t length) {
    if (reader->bad || reader->len - reader->at < length) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *bytes = reader->data + reader->at;
    reader->at += length;
    return bytes;
}

static uint64_t read_le(Reader *reader, size_t count) {
    const uint8_t *bytes = read_bytes(reader, count);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < count; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

uint8_t read_u8(Reader *reader) {
    return (uint8_t)read_le(reader, 1);
}

uint16_t read_u16le(Reader *reader) {
    return (uint16_t)read_le(reader, 2);
}

uint32_t read_u32le(Reader *reader) {
    return (uint32_t)read_le(reader, 4);
}

uint64_t read_u64le(Reader *reader) {
    return read_le(reader, 8);
}

uint64_t read_uleb(Reader *reader) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = read_u8(reader);
        if (shift == 63 && byte > 1) break; // more than 64 bits
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80) continue;
        if (byte == 0 && shift > 0) break; // not the shortest form
        return value;
    }
    reader->bad = true;
    return 0;
}

int64_t read_sleb(Reader *reader) {
    uint64_t value = 0;
    uint8_t before = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = read_u8(reader);
        if (shift == 63 && byte != 0 && byte != 0x7f) break; // more than 64 bits
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80) {
            before = byte;
            continue;
        }
        bool sign = byte & 0x40;
        if (shift > 0 && ((byte == 0 && !(before & 0x40)) || (byte == 0x7f && (before & 0x40))))
            break; // not the shortest form
        if (sign && shift + 7 < 64) value |= ~(uint64_t)0 << (shift + 7);
        return (int64_t)value;
    }
    reader->bad = true;
    return 0;
}
