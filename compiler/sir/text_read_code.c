// Functions from the text form. Arguments are read by the shape of the instruction's row, arms by the shape of their
// kind: what is returned fits them.

#include "form.h"
#include "index.h"
#include "sir.h"
#include "text_read.h"
#include "text_scan.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef VEC(SirArg) Args;

static SirFuncInfo *func_of(Text *t) {
    return &t->module->funcs.data[t->func];
}

// --- places and values ---------------------------------------------------------------------------------------------

static uint64_t read_local(Text *t) {
    return sir__read_row(t, '%', SIR__SPACE_LOCAL, t->func, "local");
}

static SirProj read_field(Text *t, SirType type) {
    char next = sir__here(&t->scan);
    if (next == '*') {
        t->scan.at++;
        return (SirProj){ .kind = SIR_PROJ_DEREF };
    }
    if (sir__is_digit(next))
        return (SirProj){ .kind = SIR_PROJ_FIELD, .n = sir__scan_number(&t->scan) };
    Str name =
        next == '"' ? sir__scan_string(&t->scan) : sir__scan_identifier(&t->scan, "a field or `*`");
    uint32_t row = sir__index_find(t->index, SIR__SPACE_FIELD, type, name);
    if (row >= SIR__AMBIGUOUS)
        sir__scan_fail(&t->scan, "no one field is called `" STR_FMT "` here", STR_ARG(name));
    return (SirProj){ .kind = SIR_PROJ_FIELD, .n = row };
}

static SirProj read_index(Text *t) {
    SirProj proj = { .kind = SIR_PROJ_AT };
    if (sir__peek(&t->scan) == '%') {
        proj.kind = SIR_PROJ_INDEX;
        proj.n = read_local(t);
    } else {
        proj.n = sir__scan_number(&t->scan);
    }
    sir__expect(&t->scan, "]");
    return proj;
}

// Projections follow without space, so that the next word is never taken for one. `type` becomes the place's.
static SirPlace read_place(Text *t, SirType *type) {
    uint64_t local = read_local(t);
    if (local > UINT32_MAX) sir__scan_fail(&t->scan, "a local of more than 32 bits");
    const SirFuncInfo *func = func_of(t);
    *type = local < func->locals.len ? func->locals.data[local].type : SIR_NONE;
    VEC(SirProj) projs = { 0 };
    while (t->scan.at < t->scan.length) {
        char c = t->scan.text[t->scan.at];
        if (c != '.' && c != '[') break;
        t->scan.at++;
        SirProj proj = c == '.' ? read_field(t, *type) : read_index(t);
        *type = sir_proj_type(t->module, *type, proj);
        vec_push(t->module->arena, &projs, proj);
    }
    return (SirPlace){ .local = (SirLocal)local, .projs = projs.data, .proj_count = projs.len };
}

static SirTree *read_tree(Text *t) {
    SirTree *tree = arena_new(t->module->arena, SirTree);
    sir__read_tree(t, tree, SIR_NONE);
    return tree;
}

static SirArg read_value(Text *t) {
    SirType type;
    SirArg arg = { .kind = SIR_ARG_CONST };
    if (sir__accept_word(&t->scan, "copy"))
        arg.kind = SIR_ARG_COPY;
    else if (sir__accept_word(&t->scan, "move"))
        arg.kind = SIR_ARG_MOVE;
    if (arg.kind == SIR_ARG_CONST)
        arg.tree = read_tree(t);
    else
        arg.place = read_place(t, &type);
    return arg;
}

// --- arguments -----------------------------------------------------------------------------------------------------

static uint32_t contract_of(const Text *t, SirType type) {
    const SirTypeInfo *info = type < t->module->types.len ? sir_type(t->module, type) : NULL;
    const bool has_messages =
        info && (info->kind == SIR_TYPE_ENDPOINT || info->kind == SIR_TYPE_EPSET);
    return has_messages ? info->contract : SIR_NONE;
}

static uint64_t read_kcall(Text *t) {
    if (sir__accept(&t->scan, "#")) return sir__scan_number(&t->scan);
    const char *text;
    for (uint32_t row = 0; (text = sir_kcall_text(row)); row++)
        if (sir__accept_word(&t->scan, text)) return row;
    sir__scan_expected(&t->scan, "a kernel function");
    return 0;
}

// `type` is that of the last place, and becomes that of this one.
static SirArg read_arg(Text *t, char letter, SirType *type) {
    SirArg arg = { .kind = sir__arg_kind(letter) };
    switch (letter) {
    case 'v': return read_value(t);
    case 'l': arg.n = read_local(t); break;
    case 't': arg.n = sir__read_type(t); break;
    case 'f': arg.n = sir__read_row(t, '@', SIR__SPACE_FUNC, 0, "function"); break;
    case 'c': arg.n = sir__read_row(t, '$', SIR__SPACE_CONST, 0, "constant"); break;
    case 'k': arg.n = read_kcall(t); break;
    case 'm':
        arg.n = sir__read_row(t, '#', SIR__SPACE_MESSAGE, contract_of(t, *type), "message");
        break;
    case 'n': arg.n = sir__scan_number(&t->scan); break;
    case 'x':
        arg.n = sir__read_ref(t, '#', SIR__SPACE_CONTRACT, 0, "contract");
        sir__expect(&t->scan, ":");
        arg.m = sir__read_state(t, (uint32_t)arg.n);
        break;
    default: arg.place = read_place(t, type); break;
    }
    return arg;
}

static void read_values(Text *t, Args *args) {
    if (sir__peek_here(&t->scan) != '(') return;
    sir__expect(&t->scan, "(");
    for (uint32_t i = 0; !t->scan.bad && !sir__accept(&t->scan, ")"); i++) {
        if (i > 0) sir__expect(&t->scan, ",");
        vec_push(t->module->arena, args, read_value(t));
    }
}

// --- arms ----------------------------------------------------------------------------------------------------------

static SirBlock read_target(Text *t) {
    sir__expect(&t->scan, "bb");
    return sir__scan_u32(&t->scan);
}

static SirBind read_bind(Text *t) {
    for (SirBindMode mode = 0; mode < SIR_BIND_MODES; mode++) {
        if (!sir__accept_word(&t->scan, sir__bind_text(mode))) continue;
        if (mode == SIR_BIND_SKIP) return (SirBind){ mode, SIR_NONE };
        uint64_t local = read_local(t);
        if (local > UINT32_MAX) sir__scan_fail(&t->scan, "a local of more than 32 bits");
        return (SirBind){ mode, (SirLocal)local };
    }
    sir__scan_expected(&t->scan, "`move`, `copy`, `const`, `mut` or `_`");
    return (SirBind){ 0 };
}

static void read_binds(Text *t, SirArm *arm) {
    VEC(SirBind) binds = { 0 };
    if (sir__accept(&t->scan, "(")) do
            vec_push(t->module->arena, &binds, read_bind(t));
        while (sir__accept(&t->scan, ","));
    if (binds.len > 0) sir__expect(&t->scan, ")");
    arm->binds = binds.data;
    arm->bind_count = binds.len;
}

static SirHead read_head(Text *t) {
    SirHead head = { .is_closed = sir__accept_word(&t->scan, sir__arm_text(SIR_ARM_CLOSED)) };
    SirType type;
    if (!head.is_closed && !sir__accept_word(&t->scan, sir__arm_text(SIR_ARM_MESSAGE)))
        sir__scan_expected(&t->scan, "`message` or `closed`");
    head.place = read_place(t, &type);
    if (head.is_closed) return head;
    sir__expect(&t->scan, ",");
    head.n = sir__read_row(t, '#', SIR__SPACE_MESSAGE, contract_of(t, type), "message");
    return head;
}

static void read_heads(Text *t, SirArm *arm) {
    VEC(SirHead) heads = { 0 };
    sir__expect(&t->scan, "(");
    if (!sir__accept(&t->scan, ")")) {
        do
            vec_push(t->module->arena, &heads, read_head(t));
        while (!t->scan.bad && sir__accept(&t->scan, "&&"));
        sir__expect(&t->scan, ")");
    }
    arm->heads = heads.data;
    arm->head_count = heads.len;
}

static void read_part(Text *t, char part, SirArm *arm, SirType scrutinee, SirType *type) {
    switch (part) {
    case 'c': arm->tree = read_tree(t); break;
    case 'p': arm->place = read_place(t, type); break;
    case 'v': arm->value = read_value(t); break;
    case 'm':
        arm->n = sir__read_row(t, '#', SIR__SPACE_MESSAGE, contract_of(t, *type), "message");
        break;
    case 'n': arm->n = sir__read_variant(t, scrutinee); break;
    case 'H': read_heads(t, arm); break;
    default: read_binds(t, arm); break;
    }
}

static SirArm read_arm(Text *t, SirType scrutinee) {
    SirArm arm = { 0 };
    while (arm.kind < SIR_ARM_KINDS && !sir__accept_word(&t->scan, sir__arm_text(arm.kind)))
        arm.kind++;
    if (arm.kind == SIR_ARM_KINDS) {
        sir__scan_expected(&t->scan, "an arm");
        return (SirArm){ 0 };
    }
    SirType type = SIR_NONE;
    const char *shape = sir__arm_shape(arm.kind);
    for (const char *part = shape; *part; part++) {
        if (part > shape && *part != 'B') sir__expect(&t->scan, ",");
        read_part(t, *part, &arm, scrutinee, &type);
    }
    sir__expect(&t->scan, "->");
    arm.block = read_target(t);
    return arm;
}

static void read_arms(Text *t, SirInst *inst, SirType scrutinee) {
    VEC(SirArm) arms = { 0 };
    if (sir__accept(&t->scan, "->")) do
            vec_push(
                t->module->arena, &arms, (SirArm){ .kind = SIR_ARM_PLAIN, .block = read_target(t) }
            );
        while (sir__accept(&t->scan, ","));
    else if (sir__accept(&t->scan, "{"))
        while (!t->scan.bad && !sir__accept(&t->scan, "}"))
            vec_push(t->module->arena, &arms, read_arm(t, scrutinee));
    inst->arms = arms.data;
    inst->arm_count = arms.len;
}

// --- instructions --------------------------------------------------------------------------------------------------

static void read_dests(Text *t, Args *args) {
    if (sir__peek(&t->scan) != '%') return;
    SirType type;
    do
        vec_push(
            t->module->arena, args, (SirArg){ .kind = SIR_ARG_PLACE, .place = read_place(t, &type) }
        );
    while (sir__accept(&t->scan, ","));
    sir__expect(&t->scan, "=");
}

static SirOp read_op(Text *t) {
    uint64_t op = 0;
    sir__skip_space(&t->scan);
    size_t start = t->scan.at;
    Str name = sir__scan_dotted(&t->scan, "an instruction");
    if (!t->scan.bad && !strmap_get(t->ops, name.ptr, name.len, &op)) {
        t->scan.at = start;
        sir__scan_expected(&t->scan, "an instruction");
    }
    return (SirOp)op;
}

// Only a call may leave its destination out.
static void settle_dests(Text *t, SirOp op, Args *args) {
    uint32_t wanted = sir_op_dests(op);
    if (args->len == 0 && wanted == 1 && sir_op_shape(op)[0] == 'D')
        vec_push(t->module->arena, args, (SirArg){ .kind = SIR_ARG_NOTHING });
    if (args->len != wanted)
        sir__scan_fail(
            &t->scan, "destinations of `%s`: %u, not %u", sir_op_text(op), wanted, args->len
        );
}

static SirInst read_inst(Text *t) {
    Args args = { 0 };
    read_dests(t, &args);
    SirInst inst = { .op = read_op(t) };
    settle_dests(t, inst.op, &args);
    SirType type = SIR_NONE;
    const char *first = sir_op_shape(inst.op) + sir_op_dests(inst.op);
    for (const char *letter = first; *letter && *letter != 'A' && !t->scan.bad; letter++) {
        if (*letter == 'V') {
            read_values(t, &args);
            break;
        }
        if (letter > first) sir__expect(&t->scan, ",");
        vec_push(t->module->arena, &args, read_arg(t, *letter, &type));
    }
    inst.args = args.data;
    inst.arg_count = args.len;
    if (sir__op_has_arms(inst.op)) read_arms(t, &inst, type);
    inst.loc = sir__read_loc(t);
    sir__end_line(&t->scan);
    return inst;
}

// --- functions -----------------------------------------------------------------------------------------------------

// [ "%" n ] TYPE [ "->" STATE ] [ NAME ] [ LOC ]
static SirState read_local_decl(Text *t) {
    SirFuncInfo *func = func_of(t);
    SirLocal row = func->locals.len;
    if (sir__accept(&t->scan, "%") && sir__scan_u32(&t->scan) != row)
        sir__scan_fail(&t->scan, "this is local %u", row);
    SirType type = sir__read_type(t);
    SirState promise = sir__read_promise(t, type);
    Str name =
        sir__starts_name(sir__peek_here(&t->scan)) ? sir__scan_name(&t->scan, "a name") : STR("");
    SirLoc loc = sir__read_loc(t);
    sir__index_add(t->index, SIR__SPACE_LOCAL, t->func, name, row);
    sir_local_add(t->module, func, name, type, loc);
    return promise;
}

void sir__read_head(Text *t, SirFunc row) {
    t->func = row;
    SirFuncInfo *func = func_of(t);
    func->sig.result = sir__read_type(t);
    func->name = sir__read_decl(t, '@', row, "function");
    sir__expect(&t->scan, "(");
    VEC(SirParam) params = { 0 };
    while (!t->scan.bad && !sir__accept(&t->scan, ")")) {
        if (params.len > 0) sir__expect(&t->scan, ",");
        SirState promise = read_local_decl(t);
        vec_push(t->module->arena, &params, (SirParam){ vec_last(&func->locals)->type, promise });
    }
    func->sig.params = params.data;
    func->sig.param_count = params.len;
    sir__read_from(t, &func->sig);
    for (uint32_t i = 0; 1u << i < SIR_HINTS; i++)
        if (sir__accept_word(&t->scan, sir__hint_text(i))) func->hints |= (uint8_t)(1u << i);
    func->loc = sir__read_loc(t);
    sir__expect(&t->scan, "{");
}

static bool is_label(Text *t) {
    sir__skip_space(&t->scan);
    const char *text = t->scan.text + t->scan.at;
    return t->scan.length - t->scan.at > 2 && memcmp(text, "bb", 2) == 0 && sir__is_digit(text[2]);
}

static void read_block(Text *t) {
    SirFuncInfo *func = func_of(t);
    SirBlock row = func->blocks.len;
    if (!is_label(t))
        sir__scan_expected(&t->scan, "a block");
    else if (read_target(t) != row)
        sir__scan_fail(&t->scan, "this is bb%u", row);
    sir__expect(&t->scan, ":");
    SirBlockInfo block = { 0 };
    while (!t->scan.bad && !is_label(t) && sir__peek(&t->scan) != '}')
        vec_push(t->module->arena, &block.insts, read_inst(t));
    vec_push(t->module->arena, &func->blocks, block);
}

void sir__read_body(Text *t, SirFunc row) {
    t->func = row;
    while (sir__accept_word(&t->scan, "local")) {
        if (read_local_decl(t) != SIR_NONE)
            sir__scan_fail(&t->scan, "only parameters promise a state");
        sir__end_line(&t->scan);
    }
    while (!t->scan.bad && !sir__accept(&t->scan, "}"))
        read_block(t);
}
