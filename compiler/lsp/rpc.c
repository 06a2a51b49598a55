// Messages: a header that says how long, then JSON. What comes in is bytes from anybody.
// A header that cannot be read is skipped up to the next that can, and a body that is no JSON is answered as the protocol
// says; neither ends the server.

#include "lsp__.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// --- in ---------------------------------------------------------------------------------------------------------------

static void read_some(Server *server) {
    uint8_t part[65536];
    ssize_t length = read(server->options.in, part, sizeof part);
    if (length > 0)
        buf_put(&server->in, part, (size_t)length);
    else if (length == 0 || (errno != EINTR && errno != EAGAIN))
        server->is_broken = true;
}

bool lsp__read(Server *server, int timeout) {
    struct pollfd wait = { .fd = server->options.in, .events = POLLIN };
    int ready = poll(&wait, 1, timeout);
    if (ready < 0) server->is_broken = errno != EINTR;
    if (ready <= 0) return false;
    read_some(server);
    return true;
}

static void drop_taken(Server *server) {
    if (server->taken == 0) return;
    size_t left = server->in.len - server->taken;
    memmove(server->in.data, server->in.data + server->taken, left);
    server->in.len = left;
    server->taken = 0;
    if (left == 0) buf_free(&server->in); // a large message is not kept room for
}

static Str unread(const Server *server) {
    return (Str){ (const char *)server->in.data + server->taken, server->in.len - server->taken };
}

// The number behind a field of the header: SIZE_MAX is none.
static size_t number_of(Str line) {
    static const char name[] = "content-length:";
    size_t at = sizeof name - 1, number = 0;
    if (line.len < at || strncasecmp(line.ptr, name, at) != 0) return SIZE_MAX;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
        at++;
    if (at == line.len) return SIZE_MAX;
    for (; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9'; at++) {
        number = number * 10 + (size_t)(line.ptr[at] - '0');
        if (number > LSP_MESSAGE_LIMIT) return SIZE_MAX;
    }
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
        at++;
    return at == line.len ? number : SIZE_MAX;
}

typedef enum Header { HEADER_READ, HEADER_SHORT, HEADER_WRONG } Header;

// Reads the lines up to an empty one. `length`: of the body; `used`: bytes of the header.
static Header read_header(Str bytes, size_t *length, size_t *used) {
    *length = SIZE_MAX;
    for (size_t at = 0;;) {
        size_t most = bytes.len < LSP_HEADER_LIMIT ? bytes.len : LSP_HEADER_LIMIT;
        const char *end = at < most ? memchr(bytes.ptr + at, '\n', most - at) : NULL;
        if (!end) return bytes.len >= LSP_HEADER_LIMIT ? HEADER_WRONG : HEADER_SHORT;
        Str line = { bytes.ptr + at, (size_t)(end - bytes.ptr) - at };
        at += line.len + 1;
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        *used = at;
        if (line.len == 0) return *length == SIZE_MAX ? HEADER_WRONG : HEADER_READ;
        size_t number = number_of(line);
        if (number != SIZE_MAX) *length = number;
    }
}

// Where the next header could begin, behind what could not be read.
static size_t next_header(Str bytes) {
    static const char name[] = "Content-Length:";
    for (size_t at = 1; at + sizeof name - 1 <= bytes.len; at++)
        if (strncasecmp(bytes.ptr + at, name, sizeof name - 1) == 0) return at;
    return bytes.len > sizeof name ? bytes.len - sizeof name : bytes.len;
}

// The value of the four digits of a `\u` that may stand there; 0: none.
static unsigned escaped(Str text, size_t at) {
    unsigned value = 0;
    if (at + 6 > text.len || text.ptr[at] != '\\' || text.ptr[at + 1] != 'u') return 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = text.ptr[i];
        int digit = c >= '0' && c <= '9'                 ? c - '0'
                    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                         : -1;
        if (digit < 0) return 0;
        value = value * 16 + (unsigned)digit;
    }
    return value;
}

// Half of a surrogate pair is no character, but editors send it where one is cut in two: it becomes U+FFFD, in its place.
static void mend_halves(char *text, size_t length) {
    Str all = { text, length };
    for (size_t at = 0; at + 6 <= length;) {
        const char *next = memchr(text + at, '\\', length - at);
        if (!next) return;
        at = (size_t)(next - text);
        unsigned value = escaped(all, at);
        bool high = value >= 0xD800 && value <= 0xDBFF, low = value >= 0xDC00 && value <= 0xDFFF;
        unsigned behind = high ? escaped(all, at + 6) : 0;
        if (high && behind >= 0xDC00 && behind <= 0xDFFF) {
            at += 12;
            continue;
        }
        if (high || low) memcpy(text + at + 2, "FFFD", 4);
        at += value ? 6 : 2;
    }
}

json_t *lsp__next(Server *server) {
    for (;;) {
        Str bytes = unread(server);
        size_t length, used = 0;
        Header header = read_header(bytes, &length, &used);
        if (header == HEADER_WRONG) {
            size_t skipped = next_header(bytes);
            if (skipped == 0) return NULL;
            server->taken += skipped;
            drop_taken(server);
            continue;
        }
        if (header == HEADER_SHORT || bytes.len - used < length) {
            drop_taken(server);
            return NULL;
        }
        json_error_t error;
        mend_halves((char *)server->in.data + server->taken + used, length);
        json_t *message =
            json_loadb(bytes.ptr + used, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
        server->taken += used + length;
        if (message) return message;
        lsp__refuse(server, NULL, RPC_PARSE, error.text);
    }
}

// --- out --------------------------------------------------------------------------------------------------------------

static bool write_all(int out, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t done = write(out, bytes, length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

static int put_part(const char *bytes, size_t length, void *out) {
    buf_put(out, bytes, length);
    return 0;
}

static void send_body(Server *server, const Buf *body) {
    Buf all = { 0 };
    buf_printf(&all, "Content-Length: %zu\r\n\r\n", body->len);
    buf_put(&all, body->data, body->len);
    if (!server->is_broken && !write_all(server->options.out, all.data, all.len))
        server->is_broken = server->failed = true;
    buf_free(&all);
}

void lsp__send(Server *server, json_t *message) {
    Buf body = { 0 };
    json_dump_callback(message, put_part, &body, JSON_COMPACT);
    json_decref(message);
    send_body(server, &body);
    buf_free(&body);
}

void lsp__answer_written(Server *server, json_t *id) {
    Buf body = { 0 };
    buf_cstr(&body, "{\"jsonrpc\":\"2.0\",\"id\":");
    json_dump_callback(id, put_part, &body, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_cstr(&body, ",\"result\":");
    buf_put(&body, server->written.data, server->written.len);
    buf_byte(&body, '}');
    send_body(server, &body);
    buf_free(&body);
}

void lsp__request(Server *server, const char *id, const char *method, json_t *params) {
    lsp__send(
        server,
        json_pack(
            "{s:s, s:s, s:s, s:o*}", "jsonrpc", "2.0", "id", id, "method", method, "params", params
        )
    );
}

void lsp__notify(Server *server, const char *method, json_t *params) {
    lsp__send(
        server, json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", method, "params", params)
    );
}

void lsp__answer(Server *server, json_t *id, json_t *result) {
    lsp__send(server, json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "result", result));
}

json_t *lsp__refusal(Server *server, const char *why) {
    snprintf(server->refusal, sizeof server->refusal, "%s", why);
    return NULL;
}

void lsp__refuse(Server *server, json_t *id, RpcError code, const char *text) {
    json_t *error =
        json_pack("{s:i, s:o}", "code", (int)code, "message", lsp__string(text, strlen(text)));
    json_t *sender = id ? json_incref(id) : json_null();
    lsp__send(server, json_pack("{s:s, s:o, s:o}", "jsonrpc", "2.0", "id", sender, "error", error));
}
