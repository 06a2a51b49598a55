// Whether one mistake is one message: legal programs are changed by one token (left out, doubled, replaced by another one of the
// program, exchanged with the next), and what is reported is counted.
//
//     cascades [--seed N] [--each N] [--show N] [--most-mean X] [--modules DIR] [--folder DIR] FILE.sip...
//
// Programs are the files, those in the folder, and the mended programs on the pages of the diagnostics. Fails if the median of
// what the changed programs report, as far as they are wrong, is not 1, or the mean above what is allowed. The seed is printed;
// --show prints what at least so many reports say, and CASCADE_KEEP=DIR in the environment keeps the programs.

#include "diag/diag.h"
#include "front/front.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TOKENS = 1 << 16, MOST_COUNTED = 200, MOST_MUTANTS = 1 << 20 };

typedef enum Change { DROP, DOUBLE, REPLACE, SWAP, CHANGES } Change;
static const char *const change_texts[CHANGES] = { "left out", "doubled", "replaced", "exchanged" };

typedef struct Token {
    uint32_t start, end;
} Token;

typedef struct Tally {
    uint32_t wrong, right, counts[MOST_COUNTED + 1];
    uint64_t sum;
} Tally;

typedef struct Campaign {
    Front *front;
    const char *modules, *folder;
    uint64_t state;
    uint32_t each, show, programs;
    Tally all, by_change[CHANGES];
} Campaign;

static uint32_t draw(Campaign *c, uint32_t below) { // xorshift
    c->state ^= c->state << 13;
    c->state ^= c->state >> 7;
    c->state ^= c->state << 17;
    return (uint32_t)((c->state >> 16) % below);
}

// --- tokens ------------------------------------------------------------------------------------------------------

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static uint32_t sign_length(const char *at) {
    static const char *const signs[] = {
        "..=", "<<=", ">>=", "...", "->", "==", "!=", "<=", ">=", "&&", "||",
        "..",  "::",  "++",  "--",  "+=", "-=", "*=", "/=", "%=", "<<", ">>"
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(at, signs[i], strlen(signs[i])) == 0) return (uint32_t)strlen(signs[i]);
    return 1;
}

static uint32_t token_end(const char *text, uint32_t at) {
    uint32_t start = at;
    if (text[at] == '"' || text[at] == '\'') {
        for (at++; text[at] && text[at] != text[start] && text[at] != '\n'; at++)
            at += text[at] == '\\' && text[at + 1];
        return text[at] == text[start] ? at + 1 : at;
    }
    while (is_word(text[at]))
        at++;
    return at > start ? at : at + sign_length(text + at);
}

static uint32_t split(const char *text, Token *tokens) {
    uint32_t count = 0;
    for (uint32_t at = 0; text[at] && count < MOST_TOKENS;) {
        if (text[at] == '/' && text[at + 1] == '/') {
            at += (uint32_t)strcspn(text + at, "\n");
        } else if (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r')) {
            at++;
        } else {
            tokens[count] = (Token){ at, token_end(text, at) };
            at = tokens[count++].end;
        }
    }
    return count;
}

// --- changes -----------------------------------------------------------------------------------------------------

static void put(Buf *out, const char *text, Token token) {
    buf_put(out, text + token.start, token.end - token.start);
}

static void change(
    Campaign *c, const char *text, const Token *tokens, uint32_t count, Change how, Buf *out
) {
    uint32_t at = draw(c, how == SWAP ? count - 1 : count), end = tokens[at].end;
    buf_put(out, text, tokens[at].start);
    switch (how) {
    case DROP: break;
    case DOUBLE:
        put(out, text, tokens[at]);
        buf_byte(out, ' ');
        put(out, text, tokens[at]);
        break;
    case REPLACE: put(out, text, tokens[draw(c, count)]); break;
    case SWAP:
        put(out, text, tokens[at + 1]);
        buf_byte(out, ' ');
        put(out, text, tokens[at]);
        end = tokens[at + 1].end;
        break;
    case CHANGES: break;
    }
    buf_cstr(out, text + end);
}

static uint32_t reports(Campaign *c, const char *path, const char *text, size_t length) {
    front_overlay(c->front, path, text, length);
    FrontResult *result = front_check(c->front, path, 100000);
    Buf out = { 0 };
    uint32_t count = 0;
    diag_render_short(result->diags, &out);
    for (size_t i = 0; i < out.len; i++)
        count += out.data[i] == '\n';
    if (c->show && count >= c->show) {
        printf("--- %u in a changed %s\n%.*s", count, path, (int)out.len, (const char *)out.data);
        const char *folder = getenv("CASCADE_KEEP");
        char name[512];
        static uint32_t kept;
        snprintf(name, sizeof name, "%s/%u.sip", folder ? folder : "", kept++);
        FILE *file = folder ? fopen(name, "w") : NULL;
        if (file) {
            printf("    %s\n", name);
            fwrite(text, 1, length, file);
            fclose(file);
        }
    }
    buf_free(&out);
    front_result_free(result);
    front_overlay(c->front, path, NULL, 0);
    return count;
}

static void count_in(Tally *tally, uint32_t count) {
    if (count == 0) {
        tally->right++;
        return;
    }
    tally->wrong++;
    tally->sum += count;
    tally->counts[count < MOST_COUNTED ? count : MOST_COUNTED]++;
}

// --- programs ----------------------------------------------------------------------------------------------------

static void try_program(Campaign *c, const char *path, const char *text, uint32_t each) {
    static Token tokens[MOST_TOKENS];
    uint32_t show = c->show, count = split(text, tokens);
    c->show = 0;
    bool legal = reports(c, path, text, strlen(text)) == 0;
    c->show = show;
    if (!legal || count < 8) return;
    c->programs++;
    for (uint32_t i = 0; i < each; i++) {
        Change how = (Change)(i % CHANGES);
        Buf changed = { 0 };
        change(c, text, tokens, count, how, &changed);
        uint32_t said = reports(c, path, (const char *)changed.data, changed.len);
        count_in(&c->all, said);
        count_in(&c->by_change[how], said);
        buf_free(&changed);
    }
}

static bool try_file(Campaign *c, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    Buf text = { 0 };
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;)
        buf_put(&text, part, n);
    fclose(file);
    buf_byte(&text, 0);
    try_program(c, path, (const char *)text.data, c->each);
    buf_free(&text);
    return true;
}

static bool try_folder(Campaign *c) {
    struct dirent **entries;
    int count = scandir(c->folder, &entries, NULL, alphasort);
    bool good = count >= 0;
    for (int i = 0; i < count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", c->folder, entries[i]->d_name);
        if (strstr(entries[i]->d_name, ".sip")) good = try_file(c, path) && good;
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    return good;
}

static const char *const codes[] = {
#define DIAG(number, level, name, text) "E" #number,
#include "diag/diag.def"
};

// The second program of a page is legal; those of several files are left out.
static void try_pages(Campaign *c) {
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const char *page = diag_explain(codes[i]), *first = page ? strstr(page, "```sip\n") : NULL;
        const char *second = first ? strstr(first + 7, "```sip\n") : NULL;
        const char *end = second ? strstr(second + 7, "```") : NULL;
        if (!end) continue;
        char *text = strndup(second + 7, (size_t)(end - second - 7));
        if (text && !strstr(text, "// file ")) try_program(c, "page.sip", text, CHANGES);
        free(text);
    }
}

// --- the outcome -------------------------------------------------------------------------------------------------

static uint32_t quantile(const Tally *tally, double part) {
    uint32_t seen = 0;
    for (uint32_t i = 0; i <= MOST_COUNTED; i++) {
        seen += tally->counts[i];
        if (seen && seen >= part * tally->wrong) return i;
    }
    return 0;
}

static double mean(const Tally *tally) {
    return tally->wrong ? (double)tally->sum / tally->wrong : 0;
}

static void print(const char *what, const Tally *tally) {
    printf(
        "%-10s %6u wrong %6u right  median %u  mean %.2f  90%% %u  99%% %u  one message: %.1f%%\n",
        what, tally->wrong, tally->right, quantile(tally, 0.5), mean(tally), quantile(tally, 0.9),
        quantile(tally, 0.99), tally->wrong ? 100.0 * tally->counts[1] / tally->wrong : 0
    );
}

int main(int argc, char **argv) {
    Campaign c = { .state = 1, .each = 40 };
    double most_mean = 2;
    int at = 1;
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        if (strcmp(argv[at], "--seed") == 0) c.state = strtoull(argv[at + 1], NULL, 10);
        if (strcmp(argv[at], "--each") == 0) c.each = (uint32_t)atoi(argv[at + 1]);
        if (strcmp(argv[at], "--show") == 0) c.show = (uint32_t)atoi(argv[at + 1]);
        if (strcmp(argv[at], "--most-mean") == 0) most_mean = atof(argv[at + 1]);
        if (strcmp(argv[at], "--modules") == 0) c.modules = argv[at + 1];
        if (strcmp(argv[at], "--folder") == 0) c.folder = argv[at + 1];
    }
    printf("seed %llu\n", (unsigned long long)c.state);
    c.state = c.state * 0x9e3779b97f4a7c15u + 1;
    c.front = front_new();
    if (c.modules) front_search(c.front, c.modules);
    for (; at < argc; at++)
        if (!try_file(&c, argv[at])) return 2;
    if (c.folder && !try_folder(&c)) return 2;
    try_pages(&c);
    front_free(c.front);
    printf("programs   %6u\n", c.programs);
    for (int i = 0; i < CHANGES; i++)
        print(change_texts[i], &c.by_change[i]);
    print("all", &c.all);
    bool good = c.programs >= 200 && quantile(&c.all, 0.5) == 1 && mean(&c.all) <= most_mean;
    if (!good)
        printf("wanted: 200 programs, a median of 1 and a mean of at most %.2f\n", most_mean);
    return good ? 0 : 1;
}
