// The C twin of tests/run/regex.sip and its benchmark.
#include "bench.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct Set {
    uint64_t words[4];
} Set;

typedef enum NodeKind {
    NODE_EMPTY,
    NODE_BEGIN,
    NODE_END,
    NODE_ONE,
    NODE_BOTH,
    NODE_EITHER,
    NODE_REPEAT
} NodeKind;

typedef struct Node Node;
struct Node {
    NodeKind kind;
    Set set;
    Node *left, *right;
    uint32_t least, most; // UINT32_MAX: any number
};

typedef enum OpKind { OP_ONE, OP_BEGIN, OP_END, OP_JUMP, OP_SPLIT, OP_MATCHED } OpKind;

typedef struct Op {
    OpKind kind;
    uint32_t first, second;
    Set set;
} Op;

typedef struct Regex {
    Op *ops;
    size_t len, cap;
} Regex;

typedef struct Parser {
    const uint8_t *text;
    size_t len, at;
    uint32_t depth;
} Parser;

enum { LONGEST = 4000, MOST_REPEATS = 500 };

static void add(Set *set, uint32_t first, uint32_t last) {
    for (uint32_t b = first; b <= last; b++)
        set->words[b >> 6] |= UINT64_C(1) << (b & 63);
}

static bool has(const Set *set, uint8_t b) {
    return set->words[b >> 6] >> (b & 63) & 1;
}

static void invert(Set *set) {
    for (int i = 0; i < 4; i++)
        set->words[i] = ~set->words[i];
}

static void add_escaped(Set *set, uint8_t b) {
    switch (b) {
    case 'd': add(set, '0', '9'); break;
    case 's': add(set, ' ', ' '), add(set, '\t', '\n'), add(set, '\r', '\r'); break;
    case 'w': add(set, '0', '9'), add(set, 'a', 'z'), add(set, 'A', 'Z'), add(set, '_', '_'); break;
    case 'n': add(set, '\n', '\n'); break;
    case 't': add(set, '\t', '\t'); break;
    default: add(set, b, b);
    }
}

// --- from text to tree -------------------------------------------------------------------------------------------------

static Node *node(NodeKind kind, Node *left, Node *right) {
    Node *n = calloc(1, sizeof *n);
    n->kind = kind;
    n->left = left;
    n->right = right;
    return n;
}

static void free_node(Node *n) {
    if (!n) return;
    free_node(n->left);
    free_node(n->right);
    free(n);
}

static int peek(const Parser *p) {
    return p->at < p->len ? p->text[p->at] : -1;
}

static Node *alternatives(Parser *p);

static bool class(Parser *p, Set *set) {
    bool inverted = peek(p) == '^', begun = false;
    p->at += inverted;
    while (true) {
        int b = peek(p), last = b;
        if (b < 0) return false;
        p->at++;
        if (b == ']' && begun) break;
        begun = true;
        if (b == '\\') {
            if (peek(p) < 0) return false;
            add_escaped(set, p->text[p->at++]);
            continue;
        }
        if (peek(p) == '-') {
            if (p->at + 1 >= p->len) return false;
            if (p->text[p->at + 1] != ']') {
                last = p->text[p->at + 1];
                p->at += 2;
            }
        }
        if (last < b) return false;
        add(set, (uint32_t)b, (uint32_t)last);
    }
    if (inverted) invert(set);
    return true;
}

static Node *single(Parser *p) {
    int b = peek(p);
    if (b < 0) return NULL;
    p->at++;
    Node *n = node(NODE_ONE, NULL, NULL);
    bool good = true;
    switch (b) {
    case '^': n->kind = NODE_BEGIN; break;
    case '$': n->kind = NODE_END; break;
    case '.': add(&n->set, '\n', '\n'), invert(&n->set); break;
    case '[': good = class(p, &n->set); break;
    case '(':
        free_node(n);
        n = alternatives(p);
        good = n && peek(p) == ')';
        p->at++;
        break;
    case '\\':
        good = peek(p) >= 0;
        if (good) add_escaped(&n->set, p->text[p->at++]);
        break;
    case '*':
    case '+':
    case '?':
    case '{':
    case ')': good = false; break;
    default: add(&n->set, (uint32_t)b, (uint32_t)b);
    }
    if (good) return n;
    free_node(n);
    return NULL;
}

static bool number(Parser *p, uint32_t *value) {
    size_t begun = p->at;
    for (*value = 0; peek(p) >= '0' && peek(p) <= '9'; p->at++) {
        *value = *value * 10 + (uint32_t)(peek(p) - '0');
        if (*value > MOST_REPEATS) return false;
    }
    return p->at > begun;
}

static Node *repeated(Parser *p) {
    Node *n = single(p);
    while (n) {
        int b = peek(p);
        uint32_t least = 0, most = UINT32_MAX;
        if (b == '+') {
            least = 1;
        } else if (b == '?') {
            most = 1;
        } else if (b == '{') {
            p->at++;
            bool good = number(p, &least);
            most = least;
            if (good && peek(p) == ',') {
                p->at++;
                most = UINT32_MAX;
                if (peek(p) != '}') good = number(p, &most);
            }
            if (!good || peek(p) != '}' || most < least) {
                free_node(n);
                return NULL;
            }
        } else if (b != '*') {
            break;
        }
        p->at++;
        n = node(NODE_REPEAT, n, NULL);
        n->least = least;
        n->most = most;
    }
    return n;
}

static Node *sequence(Parser *p) {
    Node *all = node(NODE_EMPTY, NULL, NULL);
    for (int b; (b = peek(p)) >= 0 && b != '|' && b != ')';) {
        Node *next = repeated(p);
        if (!next) return free_node(all), NULL;
        all = node(NODE_BOTH, all, next);
    }
    return all;
}

static Node *alternatives(Parser *p) {
    if (p->depth == 50) return NULL;
    p->depth++;
    Node *left = sequence(p);
    while (left && peek(p) == '|') {
        p->at++;
        Node *right = sequence(p);
        if (!right) return free_node(left), NULL;
        left = node(NODE_EITHER, left, right);
    }
    p->depth--;
    return left;
}

// --- from tree to program ----------------------------------------------------------------------------------------------

static size_t push(Regex *r, Op op) {
    if (r->len == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 16;
        r->ops = realloc(r->ops, r->cap * sizeof op);
    }
    r->ops[r->len] = op;
    return r->len++;
}

static void aim(Regex *r, size_t split) {
    r->ops[split] =
        (Op){ .kind = OP_SPLIT, .first = (uint32_t)split + 1, .second = (uint32_t)r->len };
}

static bool emit(Regex *r, const Node *n) {
    if (r->len > LONGEST) return false;
    size_t split, jump;
    switch (n->kind) {
    case NODE_EMPTY: return true;
    case NODE_BEGIN: push(r, (Op){ .kind = OP_BEGIN }); return true;
    case NODE_END: push(r, (Op){ .kind = OP_END }); return true;
    case NODE_ONE: push(r, (Op){ .kind = OP_ONE, .set = n->set }); return true;
    case NODE_BOTH: return emit(r, n->left) && emit(r, n->right);
    case NODE_EITHER:
        split = push(r, (Op){ .kind = OP_MATCHED });
        if (!emit(r, n->left)) return false;
        jump = push(r, (Op){ .kind = OP_MATCHED });
        aim(r, split);
        if (!emit(r, n->right)) return false;
        r->ops[jump] = (Op){ .kind = OP_JUMP, .first = (uint32_t)r->len };
        return true;
    case NODE_REPEAT:
        for (uint32_t i = 0; i < n->least; i++)
            if (!emit(r, n->left)) return false;
        if (n->most == UINT32_MAX) {
            split = push(r, (Op){ .kind = OP_MATCHED });
            if (!emit(r, n->left)) return false;
            push(r, (Op){ .kind = OP_JUMP, .first = (uint32_t)split });
            aim(r, split);
            return true;
        }
        size_t splits[MOST_REPEATS], times = n->most - n->least;
        for (size_t i = 0; i < times; i++) {
            splits[i] = push(r, (Op){ .kind = OP_MATCHED });
            if (!emit(r, n->left)) return false;
        }
        for (size_t i = 0; i < times; i++)
            aim(r, splits[i]);
    }
    return true;
}

static bool compile(const char *text, Regex *r) {
    Parser p = { (const uint8_t *)text, strlen(text), 0, 0 };
    Node *tree = alternatives(&p);
    bool good = tree && p.at == p.len && emit(r, tree);
    if (good) push(r, (Op){ .kind = OP_MATCHED });
    free_node(tree);
    return good;
}

// --- matching ----------------------------------------------------------------------------------------------------------

typedef struct Thread {
    uint32_t op;
    size_t begun;
} Thread;

typedef struct Threads {
    Thread *all;
    size_t len;
    size_t *stamps;
} Threads;

static void add_thread(Threads *t, const Op *ops, Thread thread, size_t at, size_t length) {
    if (t->stamps[thread.op] == at + 1) return;
    t->stamps[thread.op] = at + 1;
    const Op *op = &ops[thread.op];
    Thread next = { thread.op + 1, thread.begun };
    switch (op->kind) {
    case OP_JUMP: add_thread(t, ops, (Thread){ op->first, thread.begun }, at, length); break;
    case OP_SPLIT:
        add_thread(t, ops, (Thread){ op->first, thread.begun }, at, length);
        add_thread(t, ops, (Thread){ op->second, thread.begun }, at, length);
        break;
    case OP_BEGIN:
        if (at == 0) add_thread(t, ops, next, at, length);
        break;
    case OP_END:
        if (at == length) add_thread(t, ops, next, at, length);
        break;
    case OP_ONE:
    case OP_MATCHED: t->all[t->len++] = thread;
    }
}

static Threads threads_for(size_t ops) {
    return (Threads){ malloc(ops * sizeof(Thread)), 0, calloc(ops, sizeof(size_t)) };
}

static bool find(const Regex *r, const uint8_t *text, size_t len, size_t *begin, size_t *end) {
    Threads now = threads_for(r->len), later = threads_for(r->len);
    bool found = false;
    for (size_t at = 0; at <= len; at++) {
        if (!found) add_thread(&now, r->ops, (Thread){ 0, at }, at, len);
        if (now.len == 0 && found) break;
        for (size_t i = 0; i < now.len; i++) {
            Thread thread = now.all[i];
            if (found && thread.begun > *begin) break;
            const Op *op = &r->ops[thread.op];
            if (op->kind == OP_ONE) {
                if (at < len && has(&op->set, text[at]))
                    add_thread(
                        &later, r->ops, (Thread){ thread.op + 1, thread.begun }, at + 1, len
                    );
            } else if (op->kind == OP_MATCHED) {
                found = true;
                *begin = thread.begun;
                *end = at;
            }
        }
        now.len = 0;
        Threads other = now;
        now = later;
        later = other;
    }
    free(now.all), free(now.stamps), free(later.all), free(later.stamps);
    return found;
}

static size_t count(const char *expression, const uint8_t *text, size_t len) {
    Regex r = { 0 };
    size_t sum = 0, at = 0, begin, end;
    if (compile(expression, &r)) {
        while (find(&r, text + at, len - at, &begin, &end)) {
            sum++;
            at += end > begin ? end : end + 1;
            if (at > len) break;
        }
    }
    free(r.ops);
    return sum;
}

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

int main(void) {
    static const char *const words[8] = { "the ", "sealed ",  "process ", "sends ",
                                          "a ",   "message ", "over ",    "channels, " };
    static char text[65536 + 16];
    uint64_t begun = begin_cycles(), sum = 0;
    uint32_t seed = 3;
    for (size_t at = 0; at < 65536;) {
        const char *word = words[next_random(&seed) >> 7 & 7];
        memcpy(text + at, word, strlen(word));
        at += strlen(word);
    }
    for (uint32_t round = 0; round < 16; round++) {
        sum = sum * 31 + count("[a-z]+els,? ", (const uint8_t *)text, 65536);
        sum = sum * 31 + count("(process|message) (over|a) [a-z]*", (const uint8_t *)text, 65536);
        sum = sum * 31 + count("s\\w*d+ ?", (const uint8_t *)text, 65536);
    }
    report(begun, sum);
    return 0;
}
