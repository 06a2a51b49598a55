// Characters to words, for the text reader. Inside this room only.
//
// The first complaint is kept, the scan stands at the end from then on, and everything gives nothing: loops ask for
// `bad`, and nobody moves the scan once it is set.

#ifndef SIR_TEXT_SCAN_H
#define SIR_TEXT_SCAN_H

#include "sir.h"

#include "base/arena.h"

typedef struct Scan {
    Arena *arena; // for the texts that are read
    const char *text;
    size_t length, at;
    bool bad;
    SirReadError *error;
} Scan;

void sir__scan_fail(Scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sir__scan_expected(Scan *scan, const char *what); // "expected WHAT, found ..."

void sir__skip_space(Scan *scan); // line ends and comments too
char sir__here(const Scan *scan); // what stands here, without skipping; 0 at the end
char sir__peek(Scan *scan);       // after all space; 0 at the end
char sir__peek_here(Scan *scan);  // on this line; '\n' at its end
bool sir__starts_name(char c);    // a letter, `_` or a quote
bool sir__is_digit(char c);
bool sir__accept(Scan *scan, const char *symbol);
void sir__expect(Scan *scan, const char *symbol);
bool sir__accept_word(Scan *scan, const char *word);
void sir__end_line(Scan *scan); // nothing but a comment or a closing brace may follow

Str sir__scan_identifier(Scan *scan, const char *what); // without dots
Str sir__scan_dotted(Scan *scan, const char *what);     // with dots inside
Str sir__scan_string(Scan *scan);
Str sir__scan_name(Scan *scan, const char *what); // dotted or a string
uint64_t sir__scan_number(Scan *scan);            // decimal, or hexadecimal after 0x
uint32_t sir__scan_u32(Scan *scan);

#endif
