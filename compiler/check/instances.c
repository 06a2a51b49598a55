// Functions that take a `ref fn` are made once more for each closure that they are called with (lower/ does that). A function
// that passes on a closure around the one it was given would be called with closures without end: that is found here, by
// making the instances by name only.

#include "check__.h"

#include "base/buf.h"

enum { DEEPEST_CHAIN = 32, MOST_INSTANCES = 100000, MOST_PARAMETERS = 1000 };

typedef struct Instance Instance;

typedef struct Given { // for a parameter of type REF_FN; without instance: a function value
    const Instance *instance;
} Given;

struct Instance {
    const HirFn *fn;
    const Given *given; // per parameter
    uint32_t depth;     // of closures that hold closures
    uint32_t extra;     // parameters that stand for its captures
};

typedef VEC(HirExpr *) Calls;

typedef struct Instances {
    Checker *checker;
    StrMap *known;
    Map *calls; // HirFn.number -> Calls *: those that give a `ref fn`
    VEC(const Instance *) work;
    bool reported;
} Instances;

// --- what is called ---------------------------------------------------------------------------------------------------------

typedef struct Collect {
    Arena *arena;
    Calls *calls;
} Collect;

static void collect(void *context, HirExpr *expr, const HirExpr *around) {
    Collect *collect = context;
    (void)around;
    if (expr->kind == HIR_CALL && takes_ref_fn(&expr->fn->sig))
        vec_push(collect->arena, collect->calls, expr);
}

static const Calls *calls_of(Instances *all, const HirFn *fn) {
    uint64_t found;
    if (map_get(all->calls, fn->number, &found)) return (const Calls *)(uintptr_t)found;
    Collect into = { all->checker->arena, arena_new(all->checker->arena, Calls) };
    hir_visit_stmt(fn->body, collect, &into);
    map_put(all->calls, fn->number, (uintptr_t)into.calls);
    return into.calls;
}

// --- instances ---------------------------------------------------------------------------------------------------------------

static const Instance *instance(Instances *all, const HirFn *fn, const Given *given) {
    Buf key = { 0 };
    uint64_t found;
    Instance *made = arena_new(all->checker->arena, Instance);
    *made = (Instance){ .fn = fn, .given = given };
    buf_u32le(&key, fn->number);
    for (uint32_t i = 0; i < fn->sig.params.len; i++) {
        made->extra += fn->locals.data[i]->capture != HIR_CAPTURE_NONE;
        if (fn->sig.params.data[i]->kind != HIR_TYPE_REF_FN) continue;
        const Instance *inner = given[i].instance;
        buf_u64le(&key, (uintptr_t)inner);
        made->extra += inner ? inner->extra : 1;
        if (inner && inner->depth >= made->depth) made->depth = inner->depth + 1;
    }
    if (strmap_get(all->known, (const char *)key.data, key.len, &found)) {
        buf_free(&key);
        return (const Instance *)(uintptr_t)found;
    }
    strmap_put(all->known, (const char *)key.data, key.len, (uintptr_t)made);
    buf_free(&key);
    vec_push(all->checker->arena, &all->work, made);
    return made;
}

static const Instance *given_by(Instances *all, const Instance *around, const HirExpr *closure);

static const Given *given_all(
    Instances *all, const Instance *around, const HirFn *fn, uint32_t first, HirExpr *const *args
) {
    Given *given = arena_array(all->checker->arena, Given, fn->sig.params.len);
    for (uint32_t i = first; i < fn->sig.params.len; i++)
        if (fn->sig.params.data[i]->kind == HIR_TYPE_REF_FN)
            given[i].instance = given_by(all, around, args[i - first]);
    return given;
}

static const Instance *given_by(Instances *all, const Instance *around, const HirExpr *closure) {
    const HirFn *fn = closure->fn;
    if (fn)
        return instance(
            all, fn,
            given_all(all, around, fn, fn->sig.params.len - closure->args.len, closure->args.data)
        );
    bool passed_on = closure->base->type->kind == HIR_TYPE_REF_FN;
    return passed_on ? around->given[closure->base->local->number].instance : NULL;
}

static void follow(Instances *all, const Instance *around) {
    Checker *checker = all->checker;
    vec_each(HirExpr *, it, calls_of(all, around->fn)) {
        const HirExpr *call = *it;
        const Instance *made =
            instance(all, call->fn, given_all(all, around, call->fn, 0, call->args.data));
        bool ends = made->depth <= DEEPEST_CHAIN &&
                    made->extra + call->fn->sig.params.len <= MOST_PARAMETERS;
        if (ends && strmap_len(all->known) <= MOST_INSTANCES) continue;
        diag_report(
            checker->diags, call->span, ends ? E_TOO_NESTED : E_CLOSURE_CHAIN,
            ends ? "what functions are called with" : text_of(checker, call->fn->name)
        );
        if (!ends)
            diag_help(
                checker->diags,
                "a closure that holds the `ref fn` it is made in may not be passed on to the same function for ever"
            );
        all->reported = true;
        return;
    }
}

void check_instances(Checker *checker) {
    Instances all = { .checker = checker,
                      .known = strmap_new(checker->arena),
                      .calls = map_new(checker->arena) };
    if (diags_errors(checker->diags) > 0) return; // what was wrong may not be whole
    for (uint32_t i = 0; i < checker->program->fns.len; i++) {
        const HirFn *fn = checker->program->fns.data[i];
        if (fn->body && !fn->around && !takes_ref_fn(&fn->sig) && calls_of(&all, fn)->len > 0)
            instance(&all, fn, NULL);
    }
    vec_each(HirSip *, it, &checker->program->sips)
        if ((*it)->main && (*it)->main->body) instance(&all, (*it)->main, NULL);
    while (all.work.len > 0 && !all.reported)
        follow(&all, vec_pop(&all.work));
}
