// The C twin of tests/run/brainfuck.sip and its benchmark.
#include "bench.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef enum Kind { MOVE, ADD, CLEAR, ADD_TO, OUTPUT, INPUT, SKIP, BACK } Kind;

typedef struct Op {
    uint8_t kind, factor;
    int32_t value;
} Op;

typedef struct Program {
    Op *ops;
    size_t len, cap;
} Program;

typedef struct Bytes {
    uint8_t *data;
    size_t len, cap;
} Bytes;

enum { TAPE_MOST = 65536 };

static void push_op(Program *p, Op op) {
    if (p->len == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->ops = realloc(p->ops, p->cap * sizeof(Op));
    }
    p->ops[p->len++] = op;
}

static void push(Bytes *b, uint8_t byte) {
    if (b->len == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 64;
        b->data = realloc(b->data, b->cap);
    }
    b->data[b->len++] = byte;
}

static uint32_t run_length(const char *text, size_t len, size_t at) {
    uint32_t count = 0;
    while (at + count < len && text[at + count] == text[at])
        count++;
    return count;
}

static bool fold_loop(Program *p, size_t begun) {
    int32_t at = 0;
    uint8_t here = 0;
    for (size_t i = begun + 1; i < p->len; i++) {
        if (p->ops[i].kind == MOVE)
            at += p->ops[i].value;
        else if (p->ops[i].kind == ADD)
            here = at == 0 ? (uint8_t)(here + p->ops[i].factor) : here;
        else
            return false;
    }
    if (at != 0 || here != 255) return false;
    size_t count = p->len - begun - 1, body_size = count * sizeof(Op);
    Op *body = malloc(body_size + 1);
    memcpy(body, p->ops + begun + 1, body_size);
    p->len = begun;
    for (size_t i = 0; i < count; i++) {
        if (body[i].kind == MOVE)
            at += body[i].value;
        else if (at != 0)
            push_op(p, (Op){ ADD_TO, body[i].factor, at });
    }
    push_op(p, (Op){ CLEAR, 0, 0 });
    free(body);
    return true;
}

static bool compile(const char *text, size_t len, Program *p) {
    size_t open[100], opened = 0;
    for (size_t at = 0; at < len;) {
        uint32_t count = 1;
        switch (text[at]) {
        case '>':
        case '<':
            count = run_length(text, len, at);
            push_op(p, (Op){ MOVE, 0, text[at] == '>' ? (int32_t)count : -(int32_t)count });
            break;
        case '+':
        case '-':
            count = run_length(text, len, at);
            push_op(p, (Op){ ADD, (uint8_t)(text[at] == '+' ? count : 0 - count), 0 });
            break;
        case '.': push_op(p, (Op){ OUTPUT, 0, 0 }); break;
        case ',': push_op(p, (Op){ INPUT, 0, 0 }); break;
        case '[':
            if (opened == 100) return false;
            open[opened++] = p->len;
            push_op(p, (Op){ SKIP, 0, 0 });
            break;
        case ']':
            if (opened == 0) return false;
            size_t begun = open[--opened];
            if (!fold_loop(p, begun)) {
                p->ops[begun].value = (int32_t)p->len + 1;
                push_op(p, (Op){ BACK, 0, (int32_t)begun + 1 });
            }
            break;
        default: break;
        }
        at += count;
    }
    return opened == 0;
}

static bool moved(Bytes *tape, size_t *at, int32_t by) {
    int64_t to = (int64_t)*at + by;
    if (to < 0 || to >= TAPE_MOST) return false;
    while (tape->len <= (size_t)to)
        push(tape, 0);
    *at = (size_t)to;
    return true;
}

static bool run(const Program *p, const uint8_t *input, size_t len, uint64_t steps, Bytes *output) {
    Bytes tape = { 0 };
    push(&tape, 0);
    size_t at = 0, read = 0, next = 0;
    bool good = true;
    for (; good && next < p->len; steps--) {
        if (steps == 0) {
            good = false;
            break;
        }
        const Op *op = &p->ops[next++];
        switch ((Kind)op->kind) {
        case MOVE: good = moved(&tape, &at, op->value); break;
        case ADD: tape.data[at] = (uint8_t)(tape.data[at] + op->factor); break;
        case CLEAR: tape.data[at] = 0; break;
        case ADD_TO: {
            size_t to = at;
            if (tape.data[at] == 0) break;
            good = moved(&tape, &to, op->value);
            if (good) tape.data[to] = (uint8_t)(tape.data[to] + tape.data[at] * op->factor);
            break;
        }
        case OUTPUT:
            good = output->len < 10000;
            if (good) push(output, tape.data[at]);
            break;
        case INPUT: tape.data[at] = read < len ? input[read++] : 0; break;
        case SKIP:
            if (tape.data[at] == 0) next = (size_t)op->value;
            break;
        case BACK:
            if (tape.data[at] != 0) next = (size_t)op->value;
            break;
        }
    }
    free(tape.data);
    return good;
}

static const char squares[] =
    "++++[>+++++<-]>[<+++++>-]+<+[>[>+>+<<-]++>>[<<+>>-]>>>[-]++>[-]+>>>+[[-]++++++>>>]<<<[[<++++++++<++>>-]+<.<[>----<-]<]<<[>>>>>"
    "[>>>[-]+++++++++<[>-<-]+++++++++>[-[<->-]+[<<<]]<[>+<-]>]<<-]<<-]";

int main(void) {
    uint64_t begun = begin_cycles(), sum = 0;
    for (uint32_t round = 0; round < 200; round++) {
        Program program = { 0 };
        Bytes out = { 0 };
        if (!compile(squares, sizeof squares - 1, &program) ||
            !run(&program, NULL, 0, 10000000, &out))
            abort();
        sum = sum * 31 + out.len + out.data[round % out.len];
        free(program.ops);
        free(out.data);
    }
    report(begun, sum);
    return 0;
}
