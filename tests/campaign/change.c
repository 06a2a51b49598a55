// Changes of what is there, without regard to types: instructions, operands, edges, types, contracts, the manifest. The table
// at the end names every kind.

#include "mutant.h"

#include <string.h>

// --- instructions ------------------------------------------------------------------------------------------

static bool delete_inst(SirModule *module) {
    Point point;
    if (!some_inst(module, &point)) return false;
    SirBlockInfo *block = &point.func->blocks.data[point.block];
    if (point.at + 1 == block->insts.len && !one_in(8)) return false; // a terminator
    memmove(
        inst_at(&point), inst_at(&point) + 1, (block->insts.len - point.at - 1) * sizeof(SirInst)
    );
    block->insts.len--;
    return true;
}

static bool put_inst(SirModule *module, const Point *point, const SirInst *inst) {
    if (sir_op_is_terminator(inst->op)) return false;
    SirInst copy = *inst;
    copy.args = copy_of(module, inst->args, inst->arg_count * sizeof *inst->args);
    *insert_at(module, point, copy.op, copy.arg_count) = copy;
    return true;
}

static bool duplicate_inst(SirModule *module) {
    Point point;
    return some_inst(module, &point) && put_inst(module, &point, inst_at(&point));
}

static bool swap_insts(SirModule *module) {
    Point a;
    if (!some_inst(module, &a)) return false;
    Point b = a;
    uint32_t count = a.func->blocks.data[a.block].insts.len;
    if (count < 3) return false;
    a.at = below(count - 2);
    b.at = one_in(2) ? a.at + 1 : below(count - 1);
    SirInst kept = *inst_at(&a);
    *inst_at(&a) = *inst_at(&b);
    *inst_at(&b) = kept;
    return a.at != b.at;
}

// From one block of a function to another.
static bool move_inst(SirModule *module) {
    Point from, to;
    if (!some_inst(module, &from) || from.func->blocks.len < 2) return false;
    SirInst inst = *inst_at(&from);
    to = from;
    to.block = below(from.func->blocks.len);
    to.at = below(from.func->blocks.data[to.block].insts.len);
    if (sir_op_is_terminator(inst.op) || to.block == from.block) return false;
    SirBlockInfo *block = &from.func->blocks.data[from.block];
    memmove(inst_at(&from), inst_at(&from) + 1, (block->insts.len - from.at - 1) * sizeof inst);
    block->insts.len--;
    return put_inst(module, &to, &inst);
}

static bool copy_inst_elsewhere(SirModule *module) {
    Point from, to;
    if (!some_inst(module, &from)) return false;
    SirInst inst = *inst_at(&from);
    to = from;
    to.block = below(from.func->blocks.len);
    to.at = below(from.func->blocks.data[to.block].insts.len);
    return put_inst(module, &to, &inst);
}

// A block of another function, whose instructions now speak of this one's locals.
static bool splice_block(SirModule *module) {
    Point from, to;
    if (!some_inst(module, &from) || !some_point(module, &to) || from.func == to.func) return false;
    uint32_t count = from.func->blocks.data[from.block].insts.len;
    uint32_t first = below(count), most = 1 + below(6);
    for (uint32_t i = 0; i < most && first + i < count; i++) {
        SirInst inst = from.func->blocks.data[from.block].insts.data[first + i];
        if (sir_op_is_terminator(inst.op)) return i > 0;
        put_inst(module, &to, &inst);
        to.at++;
    }
    return true;
}

static bool change_op(SirModule *module) {
    Point point;
    if (!some_inst(module, &point)) return false;
    SirInst *inst = inst_at(&point);
    SirOp op = (SirOp)below(SIR_OPS);
    for (uint32_t i = 0; i < SIR_OPS; i++, op = (SirOp)((op + 1) % SIR_OPS))
        if (op != inst->op && strcmp(sir_op_shape(op), sir_op_shape(inst->op)) == 0) {
            inst->op = op;
            return true;
        }
    return false;
}

// --- operands -------------------------------------------------------------------------------------------------

static SirPlace *some_operand(SirModule *module, Point *point, SirArg **arg) {
    for (uint32_t tries = 10; tries > 0 && some_inst(module, point); tries--) {
        SirInst *inst = inst_at(point);
        if (inst->arg_count == 0) continue;
        *arg = &inst->args[below(inst->arg_count)];
        if ((*arg)->kind == SIR_ARG_COPY || (*arg)->kind == SIR_ARG_MOVE ||
            (*arg)->kind == SIR_ARG_PLACE)
            return &(*arg)->place;
    }
    return NULL;
}

static bool change_operand_local(SirModule *module) {
    Point point;
    SirArg *arg;
    SirPlace *place = some_operand(module, &point, &arg);
    if (!place || point.func->locals.len == 0) return false;
    place->local = below(point.func->locals.len);
    return true;
}

// To a place of the same type.
static bool change_operand_place(SirModule *module) {
    Point point;
    SirArg *arg;
    SirPlace *place = some_operand(module, &point, &arg), other;
    if (!place) return false;
    SirType type = sir_place_type(module, point.func, place);
    if (type == SIR_NONE || !place_of_type(module, point.func, type, &other)) return false;
    *place = other;
    return true;
}

static bool change_operand_value(SirModule *module) {
    Point point;
    SirArg *arg, other;
    SirPlace *place = some_operand(module, &point, &arg);
    if (!place || arg->kind == SIR_ARG_PLACE) return false;
    SirType type = sir_place_type(module, point.func, place);
    if (type == SIR_NONE || !value_of_type(module, point.func, type, &other)) return false;
    *arg = other;
    return true;
}

static bool copy_or_move(SirModule *module) {
    Point point;
    SirArg *arg;
    if (!some_operand(module, &point, &arg) || arg->kind == SIR_ARG_PLACE) return false;
    arg->kind = arg->kind == SIR_ARG_COPY ? SIR_ARG_MOVE : SIR_ARG_COPY;
    return true;
}

static bool drop_projection(SirModule *module) {
    Point point;
    SirArg *arg;
    SirPlace *place = some_operand(module, &point, &arg);
    if (!place || place->proj_count == 0) return false;
    place->proj_count--;
    return true;
}

static bool add_projection(SirModule *module) {
    Point point;
    SirArg *arg;
    SirPlace *place = some_operand(module, &point, &arg);
    if (!place) return false;
    SirProjKind kind = (SirProjKind)below(SIR_PROJ_KINDS);
    *place = longer(
        module, *place, kind,
        kind == SIR_PROJ_DEREF   ? 0
        : kind == SIR_PROJ_INDEX ? below(point.func->locals.len)
                                 : below(3)
    );
    return true;
}

static bool change_projection(SirModule *module) {
    Point point;
    SirArg *arg;
    SirPlace *place = some_operand(module, &point, &arg);
    if (!place || place->proj_count == 0) return false;
    SirProj *proj = &place->projs[below(place->proj_count)];
    if (proj->kind == SIR_PROJ_INDEX && one_in(2))
        *proj = (SirProj){ SIR_PROJ_AT, below(20) };
    else if (proj->kind == SIR_PROJ_DEREF)
        return false;
    else
        proj->n = below(one_in(4) ? 1000 : 4);
    return true;
}

static bool change_number(SirModule *module) {
    Point point;
    if (!some_inst(module, &point) || inst_at(&point)->arg_count == 0) return false;
    SirInst *inst = inst_at(&point);
    SirArg *arg = &inst->args[below(inst->arg_count)];
    switch (arg->kind) {
    case SIR_ARG_LOCAL: arg->n = below(point.func->locals.len); return true;
    case SIR_ARG_FUNC: arg->n = below(module->funcs.len + one_in(8)); return true;
    case SIR_ARG_KERNEL: arg->n = below(24); return true;
    case SIR_ARG_CONSTREF: arg->n = below(module->consts.len + 1); return true;
    case SIR_ARG_CONTRACT:
        if (one_in(2)) arg->n = below(module->contracts.len + 1);
        arg->m = below(4);
        return true;
    case SIR_ARG_MESSAGE:
    case SIR_ARG_INT: arg->n = below(5); return true;
    default: return false;
    }
}

static void change_tree(SirModule *module, SirTree *tree) {
    if (tree->item_count > 0 && one_in(2))
        change_tree(module, &tree->items[below(tree->item_count)]);
    else if (one_in(4))
        tree->type = below(module->types.len);
    else if (tree->kind == SIR_CONST_LIST)
        tree->variant = below(3);
    else if (tree->kind == SIR_CONST_INT || tree->kind == SIR_CONST_FLOAT)
        tree->bits = one_in(2) ? draw() : below(4);
    else if (tree->kind == SIR_CONST_FUNC || tree->kind == SIR_CONST_REF)
        tree->bits = below(4);
    else if (tree->kind == SIR_CONST_STR)
        tree->text = STR("\xff");
}

static bool change_const(SirModule *module) {
    Point point;
    if (one_in(4) && module->consts.len > 0)
        return change_tree(module, &module->consts.data[below(module->consts.len)].tree), true;
    for (uint32_t tries = 10; tries > 0 && some_inst(module, &point); tries--) {
        SirInst *inst = inst_at(&point);
        for (uint32_t i = 0; i < inst->arg_count; i++)
            if (inst->args[i].kind == SIR_ARG_CONST)
                return change_tree(module, inst->args[i].tree), true;
    }
    return false;
}

// One local stands for another of its type from here on, or everywhere.
static void rename_place(SirPlace *place, SirLocal from, SirLocal to) {
    if (place->local == from) place->local = to;
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (place->projs[i].kind == SIR_PROJ_INDEX && place->projs[i].n == from)
            place->projs[i].n = to;
}

static void rename_in(SirInst *inst, SirLocal from, SirLocal to) {
    for (uint32_t i = 0; i < inst->arg_count; i++) {
        if (inst->args[i].kind == SIR_ARG_LOCAL && inst->args[i].n == from) inst->args[i].n = to;
        if (inst->args[i].kind <= SIR_ARG_PLACE && inst->args[i].kind != SIR_ARG_CONST)
            rename_place(&inst->args[i].place, from, to);
    }
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        rename_place(&inst->arms[i].place, from, to);
        for (uint32_t b = 0; b < inst->arms[i].bind_count; b++)
            if (inst->arms[i].binds[b].local == from) inst->arms[i].binds[b].local = to;
    }
}

static bool merge_locals(SirModule *module) {
    SirFuncInfo *func;
    if (!some_func(module, &func) || func->locals.len == 0) return false;
    SirLocal from = below(func->locals.len), to = below(func->locals.len);
    for (uint32_t i = 0; i < func->locals.len &&
                         (to == from || func->locals.data[to].type != func->locals.data[from].type);
         i++)
        to = (to + 1) % func->locals.len;
    if (to == from || func->locals.data[to].type != func->locals.data[from].type) return false;
    SirBlock only = one_in(2) ? below(func->blocks.len) : SIR_NONE;
    for (SirBlock b = 0; b < func->blocks.len; b++)
        for (uint32_t i = 0; (only == SIR_NONE || only == b) && i < func->blocks.data[b].insts.len;
             i++)
            rename_in(&func->blocks.data[b].insts.data[i], from, to);
    return true;
}

// --- edges ------------------------------------------------------------------------------------------------------

static SirInst *some_terminator(SirModule *module, Point *point) {
    for (uint32_t tries = 10; tries > 0 && some_inst(module, point); tries--) {
        point->at = point->func->blocks.data[point->block].insts.len - 1;
        if (inst_at(point)->arm_count > 0) return inst_at(point);
    }
    return NULL;
}

static bool retarget_edge(SirModule *module) {
    Point point;
    SirInst *inst = some_terminator(module, &point);
    if (!inst) return false;
    inst->arms[below(inst->arm_count)].block = below(point.func->blocks.len);
    return true;
}

static bool swap_arms(SirModule *module) {
    Point point;
    SirInst *inst = some_terminator(module, &point);
    if (!inst || inst->arm_count < 2) return false;
    SirArm *a = &inst->arms[0], *b = &inst->arms[1 + below(inst->arm_count - 1)], kept = *a;
    if (one_in(2)) {
        a->block = b->block;
        b->block = kept.block;
    } else {
        *a = *b;
        *b = kept;
    }
    return true;
}

static bool delete_arm(SirModule *module) {
    Point point;
    SirInst *inst = some_terminator(module, &point);
    if (!inst || inst->arm_count < 2) return false;
    uint32_t at = below(inst->arm_count);
    memmove(&inst->arms[at], &inst->arms[at + 1], (inst->arm_count - at - 1) * sizeof *inst->arms);
    inst->arm_count--;
    return true;
}

static bool duplicate_arm(SirModule *module) {
    Point point;
    SirInst *inst = some_terminator(module, &point);
    if (!inst) return false;
    SirArm *arms = arena_array(module->arena, SirArm, inst->arm_count + 1);
    memcpy(arms + 1, inst->arms, inst->arm_count * sizeof *arms);
    arms[0] = arms[1 + below(inst->arm_count)];
    inst->arms = arms;
    inst->arm_count++;
    return true;
}

// Of what an arm of a receive is: of an endpoint or of a set, of a message or of an end, of nothing that can come.
static bool change_receive_arm(SirArm *arm) {
    static const SirArmKind kinds[] = { SIR_ARM_MESSAGE, SIR_ARM_CLOSED, SIR_ARM_MEMBER,
                                        SIR_ARM_LOST,    SIR_ARM_JOIN,   SIR_ARM_UNSATISFIABLE };
    arm->kind = kinds[below(sizeof kinds / sizeof *kinds)];
    return true;
}

// One head of a join: another message, an end, another endpoint, the same as its neighbour; or it is left out.
static bool change_head(SirModule *module, SirFuncInfo *func, SirArm *arm) {
    if (arm->head_count == 0) return false;
    SirHead *head = &arm->heads[below(arm->head_count)];
    switch (below(5)) {
    case 0: head->n = below(4); return true;
    case 1: head->is_closed = !head->is_closed; return true;
    case 2: *head = arm->heads[below(arm->head_count)]; return true;
    case 3: arm->head_count--; return true;
    default:
        return place_of_type(
            module, func, sir_place_type(module, func, &head->place), &head->place
        );
    }
}

static bool change_arm(SirModule *module) {
    Point point;
    SirInst *inst = some_terminator(module, &point);
    if (!inst) return false;
    SirArm *arm = &inst->arms[below(inst->arm_count)];
    if (inst->op == SIR_OP_RECEIVE && one_in(4)) return change_receive_arm(arm);
    if (arm->kind == SIR_ARM_JOIN) return change_head(module, point.func, arm);
    if (arm->kind == SIR_ARM_VARIANT || arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_MEMBER)
        arm->n = below(4);
    else if (arm->kind == SIR_ARM_IS)
        change_tree(module, arm->tree);
    else if (arm->kind == SIR_ARM_CLOSED || arm->kind == SIR_ARM_LOST)
        return place_of_type(
            module, point.func, sir_place_type(module, point.func, &arm->place), &arm->place
        );
    else
        return false;
    return true;
}

static SirBind *some_bind(SirModule *module, Point *point) {
    for (uint32_t tries = 10; tries > 0; tries--) {
        SirInst *inst = some_terminator(module, point);
        if (!inst) return NULL;
        SirArm *arm = &inst->arms[below(inst->arm_count)];
        if (arm->bind_count > 0) return &arm->binds[below(arm->bind_count)];
    }
    return NULL;
}

static bool change_bind_mode(SirModule *module) {
    Point point;
    SirBind *bind = some_bind(module, &point);
    if (!bind || point.func->locals.len == 0) return false;
    bind->mode = (SirBindMode)below(SIR_BIND_MODES);
    if (bind->mode == SIR_BIND_SKIP)
        bind->local = SIR_NONE;
    else if (bind->local == SIR_NONE)
        bind->local = below(point.func->locals.len);
    return true;
}

static bool change_bind_local(SirModule *module) {
    Point point;
    SirBind *bind = some_bind(module, &point);
    if (!bind || bind->mode == SIR_BIND_SKIP || bind->local >= point.func->locals.len) return false;
    SirPlace place;
    if (!place_of_type(module, point.func, point.func->locals.data[bind->local].type, &place))
        return false;
    bind->local = place.local;
    return true;
}

static bool end_early(SirModule *module) {
    Point point;
    SirArg value;
    if (!some_inst(module, &point)) return false;
    SirType result = point.func->sig.result;
    bool has_value = result != SIR_TYPE_VOID;
    if (has_value && !value_of_type(module, point.func, result, &value)) return false;
    point.func->blocks.data[point.block].insts.len = point.at;
    terminate(module, point.func, point.block, SIR_OP_RETURN, has_value, 0);
    if (has_value) vec_last(&point.func->blocks.data[point.block].insts)->args[0] = value;
    return true;
}

// Back to where it came from, instead of on.
static bool make_loop(SirModule *module) {
    Point point;
    if (!some_inst(module, &point) || point.func->blocks.len < 2 || point.block == 0) return false;
    split_at(module, &point);
    SirArm *arms = terminate(module, point.func, point.block, SIR_OP_JUMP, 0, 1);
    arms[0] = (SirArm){ .kind = SIR_ARM_PLAIN, .block = 1 + below(point.block) };
    return true;
}

// --- the table -------------------------------------------------------------------------------------------------------------

typedef struct Kind {
    const char *name;
    Mutation *change;
} Kind;

enum { FIRST_TYPED = 44 }; // from here on types are right, as far as they go

static const Kind kinds[] = {
    { "delete instruction",                delete_inst          },
    { "duplicate instruction",             duplicate_inst       },
    { "swap instructions",                 swap_insts           },
    { "move instruction to another block", move_inst            },
    { "copy instruction elsewhere",        copy_inst_elsewhere  },
    { "splice another function's block",   splice_block         },
    { "change operation",                  change_op            },
    { "change operand's local",            change_operand_local },
    { "change operand's place, same type", change_operand_place },
    { "change operand's value, same type", change_operand_value },
    { "copy for move",                     copy_or_move         },
    { "drop projection",                   drop_projection      },
    { "add projection",                    add_projection       },
    { "change projection",                 change_projection    },
    { "change number",                     change_number        },
    { "change constant",                   change_const         },
    { "merge locals",                      merge_locals         },
    { "retarget edge",                     retarget_edge        },
    { "swap arms",                         swap_arms            },
    { "delete arm",                        delete_arm           },
    { "duplicate arm",                     duplicate_arm        },
    { "change arm",                        change_arm           },
    { "change bind's mode",                change_bind_mode     },
    { "change bind's local",               change_bind_local    },
    { "end early",                         end_early            },
    { "make loop",                         make_loop            },
    { "change local's type",               change_local_type    },
    { "change parameter's type",           change_param_type    },
    { "change result",                     change_result        },
    { "change promised state",             change_promise       },
    { "change from",                       change_from          },
    { "change mode",                       change_mode          },
    { "change element type",               change_elem          },
    { "change count",                      change_count         },
    { "change field's type",               change_field_type    },
    { "change struct's kind",              change_struct        },
    { "change endpoint type",              change_end_type      },
    { "change function type",              change_fn_type       },
    { "change choice",                     change_choice        },
    { "change direction",                  change_direction     },
    { "change message's type",             change_message_type  },
    { "change manifest",                   change_manifest      },
    { "call the kernel",                   call_kernel          },
    { "insert what is not built",          insert_unbuilt       },
    { "insert use",                        insert_use           },
    { "insert use through a borrow",       insert_probe         },
    { "insert conflict with a borrow",     insert_conflict      },
    { "insert borrow",                     insert_borrow        },
    { "insert view",                       insert_view          },
    { "insert making",                     insert_make          },
    { "insert new or unbox",               insert_heap          },
    { "insert drop",                       insert_drop          },
    { "insert call",                       insert_call          },
    { "insert swap or replace",            insert_swap          },
    { "insert change of elements",         insert_elements      },
    { "insert change of length",           insert_grow          },
    { "insert send",                       insert_send          },
    { "insert close",                      insert_close         },
    { "insert receive",                    insert_receive       },
    { "insert match",                      insert_match         },
    { "insert branch",                     insert_branch        },
    { "insert next",                       insert_next          },
    { "insert storage",                    insert_storage       },
    { "insert constant",                   insert_const         },
    { "insert retype",                     insert_retype        },
    { "insert channel",                    insert_channel       },
    { "insert lock",                       insert_lock          },
    { "insert atomic",                     insert_atomic        },
    { "insert share",                      insert_share         },
    { "insert spawn",                      insert_spawn         },
    { "change what is locked",             change_locked        },
    { "end guard or join sooner",          end_sooner           },
    { "end guard or join never",           end_never            },
    { "end guard or join elsewhere",       end_elsewhere        },
    { "wait for a thread no more",         spawn_freely         },
    { "store a borrow behind a borrow",    store_behind         },
    { "store a borrow of the same struct", borrow_itself        },
    { "insert either of two",              insert_either        },
    { "insert a borrow of either",         insert_either_borrow },
    { "change depth of from",              change_from_shallow  },
    { "insert bytes as something else",    insert_as_other      },
    { "change byte order",                 change_order         },
    { "insert set of endpoints",           insert_set           },
    { "insert erase or recover",           insert_erase         },
    { "insert managed object",             insert_managed       },
    { "insert use of managed object",      use_managed          },
    { "insert misuse of managed object",   misuse_managed       },
    { "hide managed pointer",              hide_managed         },
    { "insert more changes of elements",   insert_more_elements },
    { "insert array or block",             insert_many          },
    { "insert upcast",                     insert_upcast        },
    { "use endpoint in memory",            use_in_memory        },
};

uint32_t mutant_kinds(void) {
    return sizeof kinds / sizeof *kinds;
}

const char *mutant_kind(uint32_t kind) {
    return kinds[kind].name;
}

uint32_t mutant_some_kind(void) {
    static const uint32_t mild[] = { 0, 1, 2, 3, 4, 8, 9, 10, 16, 17, 18, 23, 25 };
    switch (below(4)) {
    case 0: return below(mutant_kinds());
    case 1: return mild[below(sizeof mild / sizeof *mild)];
    default: return FIRST_TYPED + below(mutant_kinds() - FIRST_TYPED);
    }
}

bool mutant_change(SirModule *module, uint32_t kind) {
    return kinds[kind].change(module);
}

void mutant_damage(Buf *binary) {
    for (uint32_t left = 1 + below(3); left > 0 && binary->len > 8; left--) {
        uint8_t *byte = &binary->data[8 + below(binary->len - 8)];
        switch (below(3)) {
        case 0: *byte = (uint8_t)draw(); break;
        case 1: *byte ^= (uint8_t)(1u << below(8)); break;
        default: (*byte)++; break;
        }
    }
}
