// The text form of functions. Instructions are written from the shapes of their rows, arms from the shapes of their
// kinds: a new row needs no line here.

#include "form.h"
#include "index.h"
#include "sir.h"
#include "text_write.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <string.h>

void sir__put_func_ref(Writer *w, uint64_t func) {
    bool known = func < w->module->funcs.len;
    sir__put_ref(
        w, '@', SIR__SPACE_FUNC, 0, known ? w->module->funcs.data[func].name : STR(""), func
    );
}

void sir__put_const_ref(Writer *w, uint64_t row) {
    bool known = row < w->module->consts.len;
    sir__put_ref(
        w, '$', SIR__SPACE_CONST, 0, known ? w->module->consts.data[row].name : STR(""), row
    );
}

// --- arguments -------------------------------------------------------------------------------------------------

static void put_place(Writer *w, const SirPlace *place) {
    buf_printf(w->out, "%%%u", place->local);
    for (uint32_t i = 0; i < place->proj_count; i++) {
        unsigned long long n = place->projs[i].n;
        switch (place->projs[i].kind) {
        case SIR_PROJ_FIELD: buf_printf(w->out, ".%llu", n); break;
        case SIR_PROJ_DEREF: buf_cstr(w->out, ".*"); break;
        case SIR_PROJ_INDEX: buf_printf(w->out, "[%%%llu]", n); break;
        case SIR_PROJ_AT: buf_printf(w->out, "[%llu]", n); break;
        case SIR_PROJ_KINDS: break;
        }
    }
}

static void put_value(Writer *w, const SirArg *arg) {
    if (arg->kind == SIR_ARG_CONST) {
        sir__put_tree(w, arg->tree, SIR_NONE);
        return;
    }
    buf_cstr(w->out, arg->kind == SIR_ARG_MOVE ? "move " : "copy ");
    put_place(w, &arg->place);
}

// The contract of the endpoint that `place` is, for the names of messages.
static uint32_t contract_of(const Writer *w, const SirFuncInfo *func, const SirPlace *place) {
    SirType type = sir_place_type(w->module, func, place);
    const SirTypeInfo *info = type == SIR_NONE ? NULL : sir_type(w->module, type);
    const bool has_messages =
        info && (info->kind == SIR_TYPE_ENDPOINT || info->kind == SIR_TYPE_EPSET);
    return has_messages ? info->contract : SIR_NONE;
}

static void put_kcall(Writer *w, uint64_t kcall) {
    const char *text = kcall <= UINT32_MAX ? sir_kcall_text((uint32_t)kcall) : NULL;
    if (text)
        buf_cstr(w->out, text);
    else
        buf_printf(w->out, "#%llu", (unsigned long long)kcall);
}

// `contract` is that of the instruction's endpoint.
static void put_arg(Writer *w, char letter, const SirArg *arg, uint32_t contract) {
    switch (letter) {
    case 'v': put_value(w, arg); break;
    case 'l': buf_printf(w->out, "%%%llu", (unsigned long long)arg->n); break;
    case 't': sir__put_type(w, (SirType)arg->n); break;
    case 'f': sir__put_func_ref(w, arg->n); break;
    case 'c': sir__put_const_ref(w, arg->n); break;
    case 'k': put_kcall(w, arg->n); break;
    case 'm': sir__put_message(w, contract, arg->n); break;
    case 'x':
        sir__put_contract_ref(w, arg->n);
        buf_byte(w->out, ':');
        sir__put_state(w, arg->n, (SirState)arg->m);
        break;
    case 'n': buf_printf(w->out, "%llu", (unsigned long long)arg->n); break;
    default: put_place(w, &arg->place); break;
    }
}

// --- arms ------------------------------------------------------------------------------------------------------

static void put_binds(Writer *w, const SirArm *arm) {
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        buf_cstr(w->out, i ? ", " : "(");
        buf_cstr(w->out, sir__bind_text(arm->binds[i].mode));
        if (arm->binds[i].mode != SIR_BIND_SKIP) buf_printf(w->out, " %%%u", arm->binds[i].local);
    }
    if (arm->bind_count) buf_byte(w->out, ')');
}

// (message %0, ask && closed %1)
static void put_heads(Writer *w, const SirFuncInfo *func, const SirArm *arm) {
    buf_byte(w->out, '(');
    for (uint32_t i = 0; i < arm->head_count; i++) {
        const SirHead *head = &arm->heads[i];
        buf_cstr(w->out, i ? " && " : "");
        buf_cstr(w->out, sir__arm_text(head->is_closed ? SIR_ARM_CLOSED : SIR_ARM_MESSAGE));
        buf_byte(w->out, ' ');
        put_place(w, &head->place);
        if (head->is_closed) continue;
        buf_cstr(w->out, ", ");
        sir__put_message(w, contract_of(w, func, &head->place), head->n);
    }
    buf_cstr(w->out, ") ");
}

// `scrutinee` is the type of the terminator's place, for the names of variants.
static void put_arm(Writer *w, const SirFuncInfo *func, const SirArm *arm, SirType scrutinee) {
    buf_printf(w->out, "        %s", sir__arm_text(arm->kind));
    for (const char *part = sir__arm_shape(arm->kind); *part; part++) {
        if (*part != 'B' && *part != 'H')
            buf_cstr(w->out, part == sir__arm_shape(arm->kind) ? " " : ", ");
        if (*part == 'c')
            sir__put_tree(w, arm->tree, SIR_NONE);
        else if (*part == 'p')
            put_place(w, &arm->place);
        else if (*part == 'v')
            put_value(w, &arm->value);
        else if (*part == 'B')
            put_binds(w, arm);
        else if (*part == 'H')
            put_heads(w, func, arm);
        else if (*part == 'm')
            sir__put_message(w, contract_of(w, func, &arm->place), arm->n);
        else
            sir__put_variant(w, scrutinee, arm->n);
    }
    buf_printf(w->out, " -> bb%u\n", arm->block);
}

static bool all_plain(const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arm_count; i++)
        if (inst->arms[i].kind != SIR_ARM_PLAIN) return false;
    return true;
}

static void put_arms(Writer *w, const SirFuncInfo *func, const SirInst *inst) {
    if (all_plain(inst)) {
        for (uint32_t i = 0; i < inst->arm_count; i++)
            buf_printf(w->out, "%sbb%u", i ? ", " : " -> ", inst->arms[i].block);
        return;
    }
    SirType scrutinee = SIR_NONE;
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_PLACE)
            scrutinee = sir_place_type(w->module, func, &inst->args[i].place);
    buf_cstr(w->out, " {\n");
    for (uint32_t i = 0; i < inst->arm_count; i++)
        put_arm(w, func, &inst->arms[i], scrutinee);
    buf_cstr(w->out, "    }");
}

// --- instructions ------------------------------------------------------------------------------------------------

static void put_dests(Writer *w, const SirInst *inst, uint32_t count) {
    uint32_t written = 0;
    for (uint32_t i = 0; i < count; i++)
        if (inst->args[i].kind == SIR_ARG_PLACE) {
            buf_cstr(w->out, written++ ? ", " : "");
            put_place(w, &inst->args[i].place);
        }
    if (written) buf_cstr(w->out, " = ");
}

static void put_values(Writer *w, const SirInst *inst, uint32_t from) {
    buf_byte(w->out, '(');
    for (uint32_t i = from; i < inst->arg_count; i++) {
        buf_cstr(w->out, i > from ? ", " : "");
        put_value(w, &inst->args[i]);
    }
    buf_byte(w->out, ')');
}

void sir__put_inst(Writer *w, const SirFuncInfo *func, const SirInst *inst) {
    uint32_t at = sir_op_dests(inst->op);
    put_dests(w, inst, at);
    buf_cstr(w->out, sir_op_text(inst->op));
    const char *first = sir_op_shape(inst->op) + at;
    uint32_t contract = SIR_NONE;
    for (const char *letter = first; *letter && *letter != 'A'; letter++) {
        if (*letter == 'V') {
            if (letter == first && at < inst->arg_count) buf_byte(w->out, ' ');
            if (letter > first || at < inst->arg_count) put_values(w, inst, at);
            break;
        }
        buf_cstr(w->out, letter == first ? " " : ", ");
        if (*letter == 'p') contract = contract_of(w, func, &inst->args[at].place);
        put_arg(w, *letter, &inst->args[at++], contract);
    }
    put_arms(w, func, inst);
}

// --- functions -----------------------------------------------------------------------------------------------------

static void put_local(Writer *w, const SirLocalInfo *local, SirState promise) {
    sir__put_type(w, local->type);
    sir__put_promise(w, &(SirParam){ local->type, promise });
    if (local->name.len > 0) {
        buf_byte(w->out, ' ');
        sir__put_name(w->out, local->name);
    }
    sir__put_loc(w, local->loc);
}

static void put_head(Writer *w, SirFunc row, const SirFuncInfo *func) {
    buf_cstr(w->out, "\nfn ");
    sir__put_type(w, func->sig.result);
    buf_byte(w->out, ' ');
    sir__put_decl(w, '@', SIR__SPACE_FUNC, func->name, row);
    buf_byte(w->out, '(');
    for (uint32_t i = 0; i < func->sig.param_count; i++) {
        buf_cstr(w->out, i ? ", " : "");
        put_local(w, &func->locals.data[i], func->sig.params[i].to);
    }
    buf_byte(w->out, ')');
    sir__put_from(w->out, &func->sig);
    for (uint32_t i = 0; 1u << i < SIR_HINTS; i++)
        if (func->hints & 1u << i) buf_printf(w->out, " %s", sir__hint_text(i));
    sir__put_loc(w, func->loc);
    buf_cstr(w->out, " {\n");
}

void sir__put_func(Writer *w, SirFunc row) {
    const SirFuncInfo *func = &w->module->funcs.data[row];
    put_head(w, row, func);
    for (SirLocal i = func->sig.param_count; i < func->locals.len; i++) {
        buf_printf(w->out, "    local %%%u ", i);
        put_local(w, &func->locals.data[i], SIR_NONE);
        buf_byte(w->out, '\n');
    }
    for (SirBlock b = 0; b < func->blocks.len; b++) {
        buf_printf(w->out, "bb%u:\n", b);
        vec_each(SirInst, inst, &func->blocks.data[b].insts) {
            buf_cstr(w->out, "    ");
            sir__put_inst(w, func, inst);
            sir__put_loc(w, inst->loc);
            buf_byte(w->out, '\n');
        }
    }
    buf_cstr(w->out, "}\n");
}
