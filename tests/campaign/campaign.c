// The campaign: is what the verifier accepts sound? Modules, valid or nearly so, are changed at random; what the verifier still accepts is
// walked by the interpreter, and must not break any rule on any path. Accepted mutants become seeds themselves.
//
//     sir-campaign [--seed N] [--mutants N] [--walks N] [--knock-out] [--complaints] [--keep FOLDER EVERY] FILE.sir|FOLDER...
//
// An accepted mutant that breaks a rule is an escape: it is made smaller, printed, and the campaign fails. With --knock-out the
// question is whether the campaign sees anything: what is refused by one rule alone is walked as if that rule were not there,
// and for every rule an escape has to be found. With --complaints too it goes on to the end and says of each complaint of the
// verifier how often it was the only one, and how often what it refused broke that rule in fact. With --keep each so many accepted
// mutants are written to a folder, for compiled.c.

#include "mutant.h"
#include "shrink.h"
#include "verify__.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "interp/interp.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POOL_MOST = 1500,
    WALK_STEPS = 250,
    RULES = 14,
    MODULE_MOST = 1 << 15,
    ESCAPES_MOST = 5,
    CHANGES_MOST = 4,
    SEED_WALKS = 60, // of a seed that one complaint alone refuses
    VERIFY_MESSAGE_SHOWN = 300
};

typedef struct Options {
    uint64_t seed, mutants;
    uint32_t walks;
    bool knock_out, complaints;
    const char *kept; // --keep: a folder for accepted mutants, NULL: none
    uint64_t kept_every;
    int first; // of the files
} Options;

typedef struct Binary {
    uint8_t *data;
    size_t len;
} Binary;

typedef struct Tally {
    uint64_t refused[RULES]; // by the first complaint's rule; 0: by the reader
    uint64_t accepted, walks, ends[INTERP_UNFIT + 1];
    uint64_t *tried, *passed; // by kind of change
    uint32_t escapes;
    uint64_t found[RULES]; // the mutant with which a rule that was knocked out was missed
    char how[RULES][256];
} Tally;

static Options options = { .seed = 1, .mutants = 20000, .walks = 2 };
static Tally tally;
static Binary pool[POOL_MOST];
static uint32_t seeds, accepted_seeds, pooled;

// --- what was recomputed on the way ----------------------------------------------------------------------------------

typedef struct Check { // of what the verifier says of a module that it accepts
    const VerifiedSir *sir;
    const SirModule *module;
    char wrong[200]; // empty: nothing
} Check;

// The layouts of two rooms that share no code.
static void check_facts(Check *check) {
    uint32_t count = check->module->types.len;
    InterpTypeFacts *facts = calloc(count, sizeof *facts);
    interp_type_facts(check->module, facts);
    for (SirType type = 1; type < count; type++) {
        const InterpTypeFacts *f = &facts[type];
        bool same = f->size == verified_size(check->sir, type) &&
                    f->align == verified_align(check->sir, type) &&
                    f->is_plain == verified_is_plain(check->sir, type) &&
                    f->is_owning == verified_is_owning(check->sir, type) &&
                    f->is_second_class == verified_is_second_class(check->sir, type);
        if (!same)
            snprintf(
                check->wrong, sizeof check->wrong,
                "the verifier and the interpreter take type %u for different things", type
            );
    }
    free(facts);
}

// The kernel's queues have room for what is on its way.
static void check_queue(void *context, SirContract contract, SirDir dir, uint32_t in_flight) {
    Check *check = context;
    if (in_flight > verified_queue_bound(check->sir, contract, dir))
        snprintf(
            check->wrong, sizeof check->wrong,
            "%u messages are on their way in contract %u, more than there is room for", in_flight,
            contract
        );
}

// What may be received is less heavy than what it is received from.
static bool is_heavier(
    const Check *check, SirContract contract, SirSide side, SirState state, const SirChoice *choice
) {
    const SirMessage *message = &check->module->contracts.data[contract].messages[choice->message];
    uint32_t weight = verified_weight(check->sir, contract, side, state);
    if ((message->dir == SIR_IN) == (side == SIR_IMP)) return true; // sent
    for (uint32_t i = 0; i < message->arg_count; i++) {
        const SirTypeInfo *arg = sir_type(check->module, message->args[i].type);
        bool counts = arg->kind == SIR_TYPE_ENDPOINT && arg->state != SIR_STATE_ANY;
        if (counts && verified_weight(check->sir, arg->contract, arg->side, arg->state) >= weight)
            return false;
    }
    return verified_weight(check->sir, contract, side, choice->next) <= weight;
}

static void check_weights(Check *check) {
    for (SirContract c = 0; c < check->module->contracts.len; c++) {
        const SirContractInfo *contract = &check->module->contracts.data[c];
        for (uint32_t n = 0; n < 2 * contract->state_count; n++) {
            const SirStateInfo *state = &contract->states[n / 2];
            for (uint32_t i = 0; i < state->choice_count; i++)
                if (!is_heavier(check, c, (SirSide)(n % 2), n / 2, &state->choices[i]))
                    snprintf(
                        check->wrong, sizeof check->wrong,
                        "state %u of contract %u weighs too little", n / 2, c
                    );
        }
    }
}

// What the lowering will end is what is there.
static void check_drop(void *context, Interp *in, SirFunc func, SirBlock block, uint32_t inst) {
    Check *check = context;
    const SirPlace *place =
        &check->module->funcs.data[func].blocks.data[block].insts.data[inst].args[0].place;
    const VerifiedDrop *drop = verified_drop(check->sir, func, block, inst);
    bool is_whole, is_part_whole = true;
    uint32_t owners = interp_owners(in, place, &is_whole), ended = 0;
    if (owners == 0 || *check->wrong) return; // or it ends nothing
    for (uint32_t i = 0; drop && i < drop->count; i++) {
        uint32_t inside = interp_owners(in, &drop->parts[i].place, &is_part_whole);
        ended += drop->parts[i].block_only ? 1 : inside;
        if (!drop->parts[i].block_only && inside > 0 && !is_part_whole) ended = UINT32_MAX / 2;
    }
    if (drop ? ended != owners : !is_whole)
        snprintf(
            check->wrong, sizeof check->wrong,
            "the drop in function %u, block %u, instruction %u ends something else than what is there",
            func, block, inst
        );
}

// --- judging ------------------------------------------------------------------------------------------------------

typedef struct Escape {
    InterpResult result;
    uint64_t chance; // of the walk
} Escape;

static bool walk_all(
    const SirModule *module, const VerifiedSir *sir, uint64_t seed, uint32_t walks, Escape *escape
) {
    Check check = { .sir = sir, .module = module };
    InterpWatch watch = { check_drop, check_queue, &check };
    if (sir) check_facts(&check);
    if (sir) check_weights(&check);
    for (uint32_t i = 0; i < walks; i++)
        for (SirFunc f = 0; f < module->funcs.len; f++) {
            escape->chance = seed + i * 1000003ull + f;
            interp_walk(
                module, f, escape->chance, WALK_STEPS, sir ? &watch : NULL, &escape->result
            );
            if (*check.wrong && escape->result.end != INTERP_VIOLATION) {
                escape->result.end = INTERP_VIOLATION;
                escape->result.rule = RULE_OWNERSHIP;
                memcpy(escape->result.message, check.wrong, sizeof check.wrong);
            }
            tally.walks++;
            tally.ends[escape->result.end]++;
            if (escape->result.end == INTERP_VIOLATION) return true;
        }
    return false;
}

// As the interpreter reads it, not as the verifier did.
static bool walks_into(
    Arena *arena,
    const Buf *binary,
    const VerifiedSir *sir,
    uint64_t seed,
    uint32_t walks,
    Escape *escape
) {
    SirReadError error;
    const SirModule *module = sir_binary_read(arena, binary->data, binary->len, &error);
    return module && walk_all(module, sir, seed, walks, escape);
}

// --- making an escape smaller ---------------------------------------------------------------------------------------

static bool still_escapes(const Buf *binary, uint32_t rule) {
    Arena arena;
    VerifyReport report;
    Escape escape;
    arena_init(&arena);
    const VerifiedSir *sir = verify(&arena, binary->data, binary->len, &report);
    bool escapes =
        sir && walks_into(&arena, binary, sir, 7, 40, &escape) && escape.result.rule == rule;
    arena_free(&arena);
    return escapes;
}

// --- reporting --------------------------------------------------------------------------------------------------------

static void print_buf(const Buf *text) {
    printf("%.*s\n", (int)text->len, (const char *)text->data);
}

static void print_escape(uint64_t mutant, const Buf *binary, const Escape *escape) {
    Arena arena;
    SirReadError error;
    Buf small = { 0 }, text = { 0 }, line = { 0 };
    Escape now = *escape;
    buf_put(&small, binary->data, binary->len);
    shrink(&small, still_escapes, escape->result.rule);
    arena_init(&arena);
    SirModule *module = sir_binary_read(&arena, small.data, small.len, &error);
    VerifyReport report;
    const VerifiedSir *sir = verify(&arena, small.data, small.len, &report);
    if (!walk_all(module, sir, 7, 40, &now)) now = *escape;
    interp_result_write(&now.result, module, &line);
    sir_text_write(module, &text);
    printf("ESCAPE: mutant %" PRIu64 ", walk %" PRIu64 "\n; ", mutant, now.chance);
    print_buf(&line);
    print_buf(&text);
    fflush(stdout);
    buf_free(&line);
    buf_free(&text);
    buf_free(&small);
    arena_free(&arena);
}

// --- knocking out -----------------------------------------------------------------------------------------------------

static uint32_t only_rule(const VerifyReport *report) {
    for (uint32_t i = 1; i < report->count; i++)
        if (report->complaints[i].rule != report->complaints[0].rule) return 0;
    return report->cut || report->count == 0 ? 0 : report->complaints[0].rule;
}

// Of what is quoted: words of SIR, but no types and names.
static bool is_word(const char *quoted) {
    size_t length = strspn(quoted, "abcdefghijklmnopqrstuvwxyz._");
    return length > 0 && quoted[length] == '`';
}

// What a complaint says, without what it is about.
static void outline(const VerifyComplaint *complaint, char text[100]) {
    uint32_t length = (uint32_t)snprintf(text, 100, "V%02u ", complaint->rule);
    bool quoted = false;
    for (const char *at = complaint->message; *at && length < 99; at++) {
        bool is_name = *at == '%' || *at == '@' || *at == '`';
        if (is_name && !quoted && !(*at == '`' && is_word(at + 1))) text[length++] = '*';
        if (*at == '`' && !quoted && is_word(at + 1))
            while (*++at != '`' && length < 99)
                text[length++] = *at;
        else if (*at == '`')
            quoted = !quoted;
        else if (*at == '%')
            at += strcspn(at, " ,`") - 1;
        else if (!quoted && !(*at >= '0' && *at <= '9'))
            text[length++] = *at;
    }
    text[length] = 0;
}

typedef struct Complaint {
    uint64_t alone, broken;
    char example[VERIFY_MESSAGE_SHOWN];
} Complaint;

static Arena complaint_arena;
static StrMap *complaints;

static Complaint *complaint_row(const VerifyComplaint *complaint) {
    char text[100];
    uint64_t row;
    if (!complaints) complaints = strmap_new(&complaint_arena);
    outline(complaint, text);
    if (!strmap_get(complaints, text, strlen(text), &row)) {
        Complaint *made = arena_new(&complaint_arena, Complaint);
        snprintf(made->example, sizeof made->example, "%s", complaint->message);
        row = (uint64_t)(uintptr_t)made;
        strmap_put(complaints, text, strlen(text), row);
    }
    return (Complaint *)(uintptr_t)row;
}

static void print_complaints(void) {
    for (uint32_t i = 0; complaints && i < strmap_len(complaints); i++) {
        const char *text;
        size_t length;
        uint64_t row;
        strmap_at(complaints, i, &text, &length, &row);
        const Complaint *complaint = (const Complaint *)(uintptr_t)row;
        printf(
            "  %8" PRIu64 " alone %8" PRIu64 " broken in fact  %.3s: %s\n", complaint->alone,
            complaint->broken, text, complaint->example
        );
    }
}

static void try_without(
    Arena *arena, uint64_t mutant, const Buf *binary, const VerifyReport *report, uint32_t walks
) {
    uint32_t rule = only_rule(report);
    VerifyReport without;
    Escape escape;
    if (rule == 0 || (tally.found[rule] && !options.complaints)) return;
    verify__knock_out(rule);
    verify(arena, binary->data, binary->len, &without);
    verify__knock_out(0);
    if (without.count > 0) return;
    Complaint *complaint = complaint_row(&report->complaints[0]);
    complaint->alone += report->count == 1;
    if (!walks_into(arena, binary, NULL, mutant, walks, &escape)) return;
    if (escape.result.rule != rule) return;
    complaint->broken += report->count == 1;
    if (tally.found[rule]) return;
    Buf line = { 0 };
    SirReadError error;
    interp_result_write(
        &escape.result, sir_binary_read(arena, binary->data, binary->len, &error), &line
    );
    tally.found[rule] = mutant + 1;
    snprintf(
        tally.how[rule], sizeof tally.how[rule], "%.100s -- %.*s", report->complaints[0].message,
        (int)line.len, (const char *)line.data
    );
    buf_free(&line);
}

// --- mutants ------------------------------------------------------------------------------------------------------------

static void keep(const Buf *binary) {
    if (binary->len > MODULE_MOST) return;
    uint32_t at = pooled < POOL_MOST ? pooled++ : seeds + below(POOL_MOST - seeds);
    free(pool[at].data);
    pool[at] = (Binary){ malloc(binary->len), binary->len };
    memcpy(pool[at].data, binary->data, binary->len);
}

static const Binary *choose_parent(void) {
    return &pool[one_in(2) ? below(seeds) : below(pooled)];
}

typedef struct Changes {
    uint32_t kinds[CHANGES_MOST + 1];
    uint32_t count;
} Changes;

static void change(SirModule *module, Changes *changes) {
    uint32_t wanted = 1;
    while (wanted < CHANGES_MOST && one_in(2))
        wanted++;
    for (uint32_t tries = 60; tries > 0 && changes->count < wanted; tries--) {
        uint32_t kind = options.knock_out ? below(mutant_kinds()) : mutant_some_kind();
        if (mutant_change(module, kind)) changes->kinds[changes->count++] = kind;
    }
}

static void count(const Changes *changes, uint64_t *counts) {
    for (uint32_t i = 0; i < changes->count; i++)
        counts[changes->kinds[i]]++;
}

// Only what can be run: it has a `main`.
static void write_kept(uint64_t mutant, const Buf *binary, const VerifiedSir *sir) {
    char path[4096], problem[512];
    if (!options.kept || tally.accepted % options.kept_every) return;
    if (verified_module(sir)->manifest.main == SIR_NONE) return;
    snprintf(path, sizeof path, "%s/%08" PRIu64 ".sirb", options.kept, mutant);
    if (!file_write(path, binary->data, binary->len, problem)) printf("%s\n", problem);
}

static void judge(Arena *arena, uint64_t mutant, const Buf *binary, const Changes *changes) {
    VerifyReport report;
    Escape escape;
    count(changes, tally.tried);
    const VerifiedSir *sir = verify(arena, binary->data, binary->len, &report);
    if (!sir) {
        tally.refused[report.complaints[0].rule]++;
        if (options.knock_out) try_without(arena, mutant, binary, &report, options.walks);
        return;
    }
    tally.accepted++;
    count(changes, tally.passed);
    if (walks_into(arena, binary, sir, options.seed + mutant * 977, options.walks, &escape)) {
        tally.escapes++;
        print_escape(mutant, binary, &escape);
        return;
    }
    keep(binary);
    write_kept(mutant, binary, sir);
}

static void try_mutant(uint64_t mutant) {
    Arena arena;
    SirReadError error;
    Buf binary = { 0 };
    Changes changes = { .count = 0 };
    arena_init(&arena);
    chance_set(options.seed * 0x100000001b3u + mutant);
    const Binary *parent = choose_parent();
    SirModule *module = sir_binary_read(&arena, parent->data, parent->len, &error);
    change(module, &changes);
    sir_binary_write(module, &binary);
    if (one_in(40)) {
        mutant_damage(&binary);
        changes.kinds[changes.count++] = mutant_kinds();
    }
    judge(&arena, mutant, &binary, &changes);
    buf_free(&binary);
    arena_free(&arena);
}

// --- the whole ------------------------------------------------------------------------------------------------------------

static bool add_seed(const char *path) {
    Arena arena;
    Buf source = { 0 }, binary = { 0 };
    char problem[512];
    SirReadError error = { 0 };
    VerifyReport report;
    if (!file_read(path, 1 << 20, &source, problem)) return printf("%s\n", problem), false;
    arena_init(&arena);
    const SirModule *module =
        sir_text_read(&arena, (Str){ (const char *)source.data, source.len }, &error);
    if (!module)
        printf("%s:%u: %s\n", path, error.line, error.message);
    else
        sir_binary_write(module, &binary);
    const VerifiedSir *sir = module ? verify(&arena, binary.data, binary.len, &report) : NULL;
    Escape escape;
    if (sir && walks_into(&arena, &binary, sir, options.seed, 10, &escape)) {
        printf("%s: the seed itself\n", path);
        print_escape(0, &binary, &escape);
        tally.escapes++;
    }
    if (module && (sir || !options.knock_out)) keep(&binary);
    if (module && !sir && options.complaints) try_without(&arena, 0, &binary, &report, SEED_WALKS);
    accepted_seeds += sir != NULL;
    seeds = pooled;
    buf_free(&source);
    buf_free(&binary);
    arena_free(&arena);
    return module != NULL;
}

static int is_module(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".sir") == 0;
}

// A file, or all modules of a folder.
static bool add_seeds(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, is_module, alphasort);
    bool right = count != 0;
    if (count < 0) return add_seed(path);
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        right &= add_seed(name);
        free(entries[i]);
    }
    free(entries);
    return right;
}

static void print_counts(uint64_t mutants) {
    uint64_t refused = 0;
    printf("%" PRIu64 " mutants: %" PRIu64 " accepted", mutants, tally.accepted);
    for (uint32_t rule = 0; rule < RULES; rule++)
        refused += tally.refused[rule];
    printf(", %" PRIu64 " refused, by rule:", refused);
    for (uint32_t rule = 0; rule < RULES; rule++)
        if (tally.refused[rule]) printf(" V%02u %" PRIu64, rule, tally.refused[rule]);
    printf(
        "\n%" PRIu64 " walks: %" PRIu64 " returned, %" PRIu64 " faults, %" PRIu64
        " unfinished, %" PRIu64 " not begun\n",
        tally.walks, tally.ends[INTERP_RETURNED], tally.ends[INTERP_FAULT],
        tally.ends[INTERP_STEPS], tally.ends[INTERP_UNFIT]
    );
    for (uint32_t kind = 0; kind <= mutant_kinds(); kind++)
        printf(
            "  %-36s %8" PRIu64 " tried %8" PRIu64 " accepted\n",
            kind < mutant_kinds() ? mutant_kind(kind) : "damage bytes", tally.tried[kind],
            tally.passed[kind]
        );
}

static bool is_blind_to(uint32_t rule) {
    return rule != 0 && rule != RULE_STACK && !tally.found[rule]; // nothing in SIR can break V12
}

static bool sees_all(void) {
    for (uint32_t rule = 1; rule < RULES; rule++)
        if (is_blind_to(rule)) return false;
    return true;
}

static void print_found(void) {
    for (uint32_t rule = 1; rule < RULES; rule++) {
        if (tally.found[rule])
            printf(
                "V%02u knocked out: escape with mutant %" PRIu64 ": %s\n", rule, tally.found[rule],
                tally.how[rule]
            );
        else
            printf(
                "V%02u knocked out: %s\n", rule,
                is_blind_to(rule) ? "NO ESCAPE FOUND" : "nothing can break it"
            );
    }
}

static bool read_number(const char *text, uint64_t *out) {
    char *end;
    *out = strtoull(text ? text : "", &end, 0);
    return text && *text && !*end;
}

static bool read_options(int argc, char **argv) {
    uint64_t walks;
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        bool right;
        const char *name = argv[i];
        if (strcmp(name, "--knock-out") == 0)
            right = options.knock_out = true;
        else if (strcmp(name, "--complaints") == 0)
            right = options.knock_out = options.complaints = true;
        else if (strcmp(name, "--keep") == 0 && i + 2 < argc) {
            options.kept = argv[++i];
            right = read_number(argv[++i], &options.kept_every) && options.kept_every > 0;
        } else if (strcmp(name, "--seed") == 0)
            right = read_number(argv[++i], &options.seed);
        else if (strcmp(name, "--mutants") == 0)
            right = read_number(argv[++i], &options.mutants);
        else if (strcmp(name, "--walks") == 0)
            right = read_number(argv[++i], &walks) && (options.walks = (uint32_t)walks) > 0;
        else
            right = false;
        if (!right) return false;
    }
    options.first = i;
    return i < argc;
}

int main(int argc, char **argv) {
    if (!read_options(argc, argv)) {
        printf(
            "usage: sir-campaign [--seed N] [--mutants N] [--walks N] [--knock-out] [--complaints] [--keep FOLDER EVERY] FILE.sir|FOLDER...\n"
        );
        return 2;
    }
    bool right = true;
    uint64_t mutant = 0;
    tally.tried = calloc(mutant_kinds() + 1, sizeof *tally.tried);
    tally.passed = calloc(mutant_kinds() + 1, sizeof *tally.passed);
    for (int i = options.first; i < argc; i++)
        right &= add_seeds(argv[i]);
    printf(
        "seed %" PRIu64 ", %u modules, %u of them accepted\n", options.seed, seeds, accepted_seeds
    );
    while (seeds > 0 && mutant < options.mutants && tally.escapes < ESCAPES_MOST &&
           !(options.knock_out && !options.complaints && sees_all()))
        try_mutant(mutant++);
    print_counts(mutant);
    if (options.complaints) print_complaints();
    if (options.knock_out) print_found();
    printf("%u escapes\n", tally.escapes);
    return tally.escapes > 0 || seeds == 0 || !right || (options.knock_out && !sees_all());
}
