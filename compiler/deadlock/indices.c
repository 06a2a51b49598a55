// Indices that data decides. Where one chooses among elements that are kept, a thread goes on with each of them in turn: the
// local that is the index has that value from then on.

#include "deadlock__.h"

typedef struct Choice {
    Mover *mover;
    SirLocal index;
    uint32_t count;
} Choice;

static const Value *at(const Mover *mover, Val value) {
    return deadlock__value_at(&mover->space->values, value);
}

_Static_assert(MOST_CHOICES == 16, "it is said so");

// How many elements a place leads to; 0: they are not kept, or too many, which was said then.
static uint32_t elements_at(Mover *mover, const SirPlace *place) {
    SirType type = deadlock__mover_place_type(mover, place);
    if (type == SIR_NONE || !deadlock__mover_holds(mover, type)) return 0;
    const SirTypeInfo *info = &mover->program->module->types.data[type];
    const Value *list = at(mover, deadlock__place_get(mover, place));
    if (list->kind == VALUE_REF) {
        Spot spot = deadlock__spot_behind(list);
        list = at(mover, deadlock__spot_get(mover, &spot));
    }
    uint64_t count = list->kind == VALUE_LIST       ? list->count
                     : info->kind == SIR_TYPE_ARRAY ? info->count
                                                    : 0;
    if (count <= MOST_CHOICES) return (uint32_t)count;
    deadlock__mover_lose(mover, "data decides which of more than 16 elements is meant");
    return 0;
}

static bool is_open(const Choice *choice, uint64_t local) {
    return at(choice->mover, deadlock__mover_frame(choice->mover)->locals[local])->kind !=
           VALUE_INT;
}

static bool in_place(Choice *choice, const SirPlace *place) {
    for (uint32_t i = 0; i < place->proj_count; i++) {
        const SirProj *proj = &place->projs[i];
        if (proj->kind != SIR_PROJ_INDEX || !is_open(choice, proj->n)) continue;
        SirPlace before = { .local = place->local, .projs = place->projs, .proj_count = i };
        uint32_t count = elements_at(choice->mover, &before);
        if (!count) return false;
        choice->index = (SirLocal)proj->n;
        choice->count = count;
        return true;
    }
    return false;
}

static bool in_arg(Choice *choice, const SirArg *arg) {
    bool has_place =
        arg->kind == SIR_ARG_PLACE || arg->kind == SIR_ARG_COPY || arg->kind == SIR_ARG_MOVE;
    return has_place && in_place(choice, &arg->place);
}

static bool in_arms(Choice *choice, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        bool has_place = arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
                         arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST;
        if (has_place && in_place(choice, &arm->place)) return true;
        for (uint32_t h = 0; h < arm->head_count; h++)
            if (in_place(choice, &arm->heads[h].place)) return true;
    }
    return false;
}

typedef struct ByValue { // arguments that are indices
    SirOp op;
    uint32_t list, first, count; // which argument is the list, and which are the numbers
    uint32_t more;               // how many numbers beyond the elements
} ByValue;

static const ByValue by_value[] = {
    { SIR_OP_SUBVIEW,       1, 2, 2, 1 },
    { SIR_OP_SUBVIEW_MUT,   1, 2, 2, 1 },
    { SIR_OP_GET,           1, 2, 1, 1 },
    { SIR_OP_GET_MUT,       1, 2, 1, 1 },
    { SIR_OP_SPLIT,         2, 3, 1, 1 },
    { SIR_OP_SLICE_SWAP,    0, 1, 2, 0 },
    { SIR_OP_SLICE_REPLACE, 1, 2, 1, 0 },
    { SIR_OP_GROW_REMOVE,   1, 2, 1, 0 },
    { SIR_OP_GROW_INSERT,   0, 1, 1, 1 },
};

static bool in_values(Choice *choice, const SirInst *inst) {
    for (size_t row = 0; row < sizeof by_value / sizeof *by_value; row++) {
        const ByValue *it = &by_value[row];
        if (it->op != inst->op) continue;
        uint32_t count = elements_at(choice->mover, &inst->args[it->list].place);
        for (uint32_t i = it->first; count && i < it->first + it->count; i++) {
            const SirArg *arg = &inst->args[i];
            bool copies = arg->kind == SIR_ARG_COPY && arg->place.proj_count == 0;
            if (!copies || !is_open(choice, arg->place.local)) continue;
            choice->index = arg->place.local;
            choice->count = count + it->more;
            return true;
        }
    }
    return false;
}

bool deadlock__index_unknown(Mover *mover, const SirInst *inst, SirLocal *index, uint32_t *count) {
    Choice choice = { .mover = mover };
    bool found = in_arms(&choice, inst) || in_values(&choice, inst);
    for (uint32_t i = 0; !found && i < inst->arg_count; i++)
        found = in_arg(&choice, &inst->args[i]);
    *index = choice.index;
    *count = choice.count;
    return found;
}
