// Weights: no endpoint can carry an endless chain of endpoints in its queue (Bono and Padovani). An endpoint whose holder sends
// next weighs nothing; else the most of what its next states weigh, and of one more than each endpoint that it may be sent.
// An infinite weight is a circle of endpoints that hold each other; the shortest is shown.

#include "check__.h"

#include "hir/protocol.h"

enum { DEEPEST_PART = 16 };

typedef struct Node { // an end of a channel in a state in which it receives
    const HirContract *contract;
    HirSide side;
    uint32_t state;
} Node;

// --- what is inside ----------------------------------------------------------------------------------------------------------

// Of an end of any contract nothing follows: its holder sends next.
static bool is_typed(const HirType *endpoint) {
    return !endpoint->contract->broken && endpoint->state != HIR_ANY_STATE;
}

typedef void Visit(void *context, const HirType *endpoint);

static void each_endpoint(const HirType *type, uint32_t depth, Visit *visit, void *context) {
    if (type->kind == HIR_TYPE_ENDPOINT) {
        visit(context, type);
        return;
    }
    if (depth == 0) return;
    if (type->kind == HIR_TYPE_STRUCT) {
        vec_each(HirField, field, &type->structure->fields)
            each_endpoint(field->type, depth - 1, visit, context);
    } else if (type->kind == HIR_TYPE_ENUM) {
        vec_each(HirVariant, variant, &type->enumeration->variants)
            vec_each(HirField, field, &variant->fields)
                each_endpoint(field->type, depth - 1, visit, context);
    } else if (type->elem) {
        each_endpoint(type->elem, depth - 1, visit, context);
    }
}

// --- weights -------------------------------------------------------------------------------------------------------------------

typedef struct Weights {
    Checker *checker;
    uint32_t **of;  // [contract number][side * states + state], as far as they have grown
    uint32_t limit; // beyond it a weight is infinite
} Weights;

typedef struct Heaviest {
    const Weights *weights;
    uint32_t most;
} Heaviest;

static uint32_t *weight_of(const Weights *weights, const Node *node) {
    return &weights
                ->of[node->contract->number][node->side * node->contract->states.len + node->state];
}

static void weigh_endpoint(void *context, const HirType *type) {
    Heaviest *heaviest = context;
    if (type->contract->broken) return;
    Node node = { type->contract, type->side, type->state };
    uint32_t one = 1; // of any contract: its holder sends next
    if (type->state != HIR_ANY_STATE) one += *weight_of(heaviest->weights, &node);
    heaviest->most = one > heaviest->most ? one : heaviest->most;
}

static uint32_t weigh_arg(const Weights *weights, const HirType *type) {
    Heaviest heaviest = { weights, 0 };
    each_endpoint(type, DEEPEST_PART, weigh_endpoint, &heaviest);
    return heaviest.most;
}

static uint32_t weigh(const Weights *weights, const Node *node) {
    uint32_t most = 0;
    if (!hir_receives(node->contract, node->side, node->state)) return 0;
    vec_each(HirChoice, choice, &node->contract->states.data[node->state].choices) {
        Node next = { node->contract, node->side, choice->next };
        uint32_t after = *weight_of(weights, &next);
        most = after > most ? after : most;
        vec_each(HirArg, arg, &node->contract->messages.data[choice->message].args) {
            uint32_t one = weigh_arg(weights, arg->type);
            most = one > most ? one : most;
        }
    }
    return most;
}

static bool grow_weights(Weights *weights) {
    bool changed = false;
    vec_each(HirContract *, it, &weights->checker->program->contracts) {
        if ((*it)->broken) continue;
        for (uint32_t i = 0; i < 2 * (*it)->states.len; i++) {
            Node node = { *it, (HirSide)(i / (*it)->states.len), i % (*it)->states.len };
            uint32_t now = weigh(weights, &node);
            if (now > weights->limit) now = weights->limit + 1;
            changed = changed || now != *weight_of(weights, &node);
            *weight_of(weights, &node) = now;
        }
    }
    return changed;
}

// --- the circle that shows it ----------------------------------------------------------------------------------------------------

typedef struct Link {
    Node node;
    uint32_t from;    // the link before; UINT32_MAX: the first
    uint32_t message; // that was received there
    bool carries;     // ... and carried this end; else this is the same end afterwards
} Link;

typedef struct Chain {
    Checker *checker;
    VEC(Link) links;
    Map *known;
    uint32_t at, message; // where the search stands
} Chain;

static uint64_t key_of(const Node *node) {
    return (uint64_t)node->contract->number << 32 | node->state << 1 | node->side;
}

static void add_link(Chain *chain, const Node *node, bool carries) {
    if (!hir_receives(node->contract, node->side, node->state)) return;
    if (!map_put(chain->known, key_of(node), chain->links.len)) return;
    Link link = { *node, chain->at, chain->message, carries };
    vec_push(chain->checker->arena, &chain->links, link);
}

static void add_carried(void *context, const HirType *type) {
    Node node = { type->contract, type->side, type->state };
    if (is_typed(type)) add_link(context, &node, true);
}

static const char *node_text(Checker *checker, const Node *node) {
    return type_text(
        checker, hir_type_endpoint(checker->types, node->contract, node->side, node->state)
    );
}

// What may be sent to an endpoint of the kind of `first`, and to that in turn: each kind once, the nearest first.
static void follow(Chain *chain, const Node *first) {
    add_link(chain, first, true);
    for (uint32_t at = 0; at < chain->links.len; at++) {
        Node node = chain->links.data[at].node;
        chain->at = at;
        vec_each(HirChoice, choice, &node.contract->states.data[node.state].choices) {
            Node next = { node.contract, node.side, choice->next };
            chain->message = choice->message;
            vec_each(HirArg, arg, &node.contract->messages.data[choice->message].args)
                each_endpoint(arg->type, DEEPEST_PART, add_carried, chain);
            add_link(chain, &next, false);
        }
    }
}

typedef struct Again {
    uint64_t key;
    bool found;
} Again;

static void find_again(void *context, const HirType *type) {
    Again *again = context;
    Node node = { type->contract, type->side, type->state };
    again->found = again->found || (is_typed(type) && key_of(&node) == again->key);
}

// The message that a node can receive and that carries one of the kind `key`; NULL: there is none.
static const HirMessage *carrier_of(const Node *node, uint64_t key) {
    vec_each(HirChoice, choice, &node->contract->states.data[node->state].choices) {
        const HirMessage *message = &node->contract->messages.data[choice->message];
        Again again = { .key = key };
        vec_each(HirArg, arg, &message->args)
            each_endpoint(arg->type, DEEPEST_PART, find_again, &again);
        if (again.found) return message;
    }
    return NULL;
}

// `A.exp:S` receives `m`, which carries `B.imp:T`, which receives `n`, which carries `A.exp:S` again.
static bool show_circle(Checker *checker, const Node *first) {
    Chain chain = { .checker = checker, .known = map_new(checker->arena), .at = UINT32_MAX };
    follow(&chain, first);
    for (uint32_t at = 0; at < chain.links.len; at++) {
        const HirMessage *last = carrier_of(&chain.links.data[at].node, key_of(first));
        if (!last) continue;
        const char *text = "";
        for (uint32_t i = at; chain.links.data[i].from != UINT32_MAX;
             i = chain.links.data[i].from) {
            const Link *link = &chain.links.data[i];
            const Node *before = &chain.links.data[link->from].node;
            text = arena_printf(
                checker->arena, " receives `%s`, which %s `%s`, which%s",
                text_of(checker, before->contract->messages.data[link->message].name),
                link->carries ? "carries" : "leads to", node_text(checker, &link->node), text
            );
        }
        diag_help(
            checker->diags, "`%s`%s receives `%s`, which carries `%s` again",
            node_text(checker, first), text, text_of(checker, last->name), node_text(checker, first)
        );
        return true;
    }
    return false;
}

// The argument itself may not be in the circle that it leads to.
static void show_nearest_circle(Checker *checker, const Node *first) {
    Chain chain = { .checker = checker, .known = map_new(checker->arena), .at = UINT32_MAX };
    follow(&chain, first);
    for (uint32_t i = 0; i < chain.links.len; i++)
        if (show_circle(checker, &chain.links.data[i].node)) return;
}

typedef struct TooHeavy {
    const Weights *weights;
    bool found;
    Node node;
} TooHeavy;

static void find_heavy(void *context, const HirType *type) {
    TooHeavy *heavy = context;
    Node node = { type->contract, type->side, type->state };
    if (heavy->found || !is_typed(type) ||
        *weight_of(heavy->weights, &node) < heavy->weights->limit)
        return;
    heavy->found = true;
    heavy->node = node;
}

static void check_args(const Weights *weights, const HirContract *contract) {
    Checker *checker = weights->checker;
    bool shown = false; // a circle, which costs time
    for (uint32_t m = contract->inherited_messages; m < contract->messages.len; m++) {
        const HirMessage *message = &contract->messages.data[m];
        vec_each(HirArg, arg, &message->args) {
            if (weigh_arg(weights, arg->type) <= weights->limit) continue;
            TooHeavy heavy = { .weights = weights };
            diag_report(
                checker->diags, arg->span, E_INFINITE_WEIGHT, text_of(checker, arg->name),
                text_of(checker, message->name)
            );
            each_endpoint(arg->type, DEEPEST_PART, find_heavy, &heavy);
            if (heavy.found && !shown) show_nearest_circle(checker, &heavy.node);
            shown = true;
            diag_help(
                checker->diags,
                "an endpoint could wait in its own channel's queue for ever; send one in a state in which its holder sends"
            );
        }
    }
}

void check_weights(Checker *checker) {
    HirProgram *program = checker->program;
    Weights weights = { checker, arena_array(checker->arena, uint32_t *, program->contracts.len),
                        1 };
    vec_each(HirContract *, it, &program->contracts) {
        weights.of[(*it)->number] =
            arena_array(checker->arena, uint32_t, (size_t)(*it)->states.len * 2);
        weights.limit +=
            (*it)->states.len * 2; // a chain longer than there are kinds of endpoints repeats one
    }
    while (grow_weights(&weights)) {}
    vec_each(HirContract *, it, &program->contracts)
        if (!(*it)->broken && !(*it)->is_param) check_args(&weights, *it);
}
