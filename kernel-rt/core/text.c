// Lines on the console. A formatter with five verbs, that writes through a small buffer and never fails.

#include "core.h"

#include <stdarg.h>

typedef struct Line {
    char bytes[128];
    size_t length;
    char *into; // NULL: the console
    size_t room, written;
} Line;

static bool line_is_open; // the last byte on the console was no newline

void console_write(const void *bytes, size_t length) {
    if (length == 0) return;
    platform_console(bytes, length);
    line_is_open = ((const char *)bytes)[length - 1] != '\n';
}

static void flush(Line *line) {
    if (!line->into) {
        console_write(line->bytes, line->length);
    } else {
        const size_t left = line->room - line->written;
        const size_t length = line->length < left ? line->length : left;
        __builtin_memcpy(line->into + line->written, line->bytes, length);
        line->written += length;
    }
    line->length = 0;
}

static void add(Line *line, char byte) {
    if (line->length == sizeof line->bytes) flush(line);
    line->bytes[line->length++] = byte;
}

static void add_bytes(Line *line, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        add(line, ((const char *)bytes)[i]);
}

static void add_number(Line *line, uint64_t value, unsigned base, unsigned digits) {
    char text[20];
    unsigned count = 0;
    do {
        text[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || count < digits);
    while (count)
        add(line, text[--count]);
}

static void add_hex(Line *line, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        add_number(line, bytes[i], 16, 2);
}

static void add_all(Line *line, const char *format, va_list *args) {
    for (; *format; format++) {
        if (*format != '%') {
            add(line, *format);
            continue;
        }
        switch (*++format) {
        case 's': {
            const char *text = va_arg(*args, const char *);
            add_bytes(line, text, __builtin_strlen(text));
            break;
        }
        case 'v': {
            const SealedView *view = va_arg(*args, const SealedView *);
            add_bytes(line, view->bytes, view->size);
            break;
        }
        case 'b': {
            const uint8_t *bytes = va_arg(*args, const uint8_t *);
            add_hex(line, bytes, va_arg(*args, size_t));
            break;
        }
        case 'u': add_number(line, va_arg(*args, uint64_t), 10, 1); break;
        case 'x': add_number(line, va_arg(*args, uint64_t), 16, 1); break;
        default: panic("a line is printed with a verb that there is not");
        }
    }
}

void print(const char *format, ...) {
    Line line = { .length = 0 };
    va_list args;
    if (line_is_open) add(&line, '\n');
    va_start(args, format);
    add_all(&line, format, &args);
    va_end(args);
    add(&line, '\n');
    flush(&line);
}

size_t print_to(char *text, size_t room, const char *format, ...) {
    Line line = { .into = text, .room = room };
    va_list args;
    va_start(args, format);
    add_all(&line, format, &args);
    va_end(args);
    flush(&line);
    return line.written;
}

NEVER void panic(const char *what) {
    static bool again;
    if (again) platform_stop(STATUS_PANIC);
    again = true;
    if (current_thread() && current_thread()->sip)
        print("panic: %s, while %v was running", what, &current_thread()->sip->name);
    else
        print("panic: %s", what);
    fault_print_kernel(
        (uint64_t)(uintptr_t)__builtin_return_address(0) - 1,
        *(const uint64_t *)__builtin_frame_address(0)
    );
    platform_stop(STATUS_PANIC);
}
