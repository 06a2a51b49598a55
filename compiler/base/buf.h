// A growing run of bytes on the C heap, and a reader that never steps outside one.

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- writing -----------------------------------------------------------------------------------------------

typedef struct Buf { // { 0 } is empty and ready
    uint8_t *data;
    size_t len, cap;
} Buf;

void buf_init(Buf *buf);
void buf_free(Buf *buf);
void buf_reserve(Buf *buf, size_t more); // room for `more` bytes behind the end
void buf_put(Buf *buf, const void *bytes, size_t length);
void buf_byte(Buf *buf, uint8_t value);
void buf_u16le(Buf *buf, uint16_t value);
void buf_u32le(Buf *buf, uint32_t value);
void buf_u64le(Buf *buf, uint64_t value);
void buf_uleb(Buf *buf, uint64_t value);   // unsigned LEB128, shortest form
void buf_sleb(Buf *buf, int64_t value);    // signed LEB128, shortest form
void buf_cstr(Buf *buf, const char *text); // without its NUL
void buf_printf(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_json(Buf *buf, const char *text); // quoted, as JSON has it
char *buf_take(Buf *buf); // the bytes, NUL-terminated; the caller frees them; the buffer is empty

// --- reading -----------------------------------------------------------------------------------------------

typedef struct Reader {
    const uint8_t *data;
    size_t len, at;
    bool bad; // something was read past the end, or was not in its shortest form; sticky
} Reader;

uint8_t read_u8(Reader *reader); // these give 0 when bad
uint16_t read_u16le(Reader *reader);
uint32_t read_u32le(Reader *reader);
uint64_t read_u64le(Reader *reader);
uint64_t read_uleb(Reader *reader);
int64_t read_sleb(Reader *reader);
const uint8_t *read_bytes(Reader *reader, size_t length); // borrowed; NULL when bad

#endif
