// The instructions whose types are a pattern: one row per form of docs/sir.md 6. A pattern has a letter for each argument
// in the order of the shape, over one type T that the arguments must agree on; a constraint says what T may be.

#include "typing.h"

#include <stdio.h>

// --- letters ---------------------------------------------------------------------------------------------------------------

enum { ANY_MODE = -1, CHANGEABLE = -2 }; // the second: what it holds may be changed through it

#define KIND(name) (1u << SIR_TYPE_##name)
#define INDEXABLE  (KIND(ARRAY) | KIND(VECTOR) | KIND(SLICE) | KIND(GROW))
_Static_assert(SIR_TYPE_KINDS <= 32, "kinds of types are bits of a word");

typedef struct Form { // over T, or over nothing
    char letter;
    bool option;    // the option of what follows
    uint32_t kinds; // 0: T itself
    int mode;
} Form;

static const Form forms[] = {
    { 'T', false, 0,                         ANY_MODE   }, // T
    { 'o', true,  0,                         ANY_MODE   }, // T?
    { 'c', false, KIND(PTR),                 SIR_CONST  }, // const T*
    { 'm', false, KIND(PTR),                 SIR_MUT    }, // mut T*
    { 'k', true,  KIND(PTR),                 SIR_CONST  }, // const T*?
    { 'K', true,  KIND(PTR),                 SIR_MUT    }, // mut T*?
    { 'w', false, KIND(PTR),                 SIR_OWN    }, // own T*
    { 'W', true,  KIND(PTR),                 SIR_OWN    }, // own T*?
    { 'h', false, KIND(PTR),                 SIR_GC     }, // gc T*
    { 'H', false, KIND(SLICE),               SIR_GC     }, // gc T[]
    { 'i', true,  KIND(PTR),                 SIR_GC     }, // gc T*?
    { 'I', true,  KIND(SLICE),               SIR_GC     }, // gc T[]?
    { 'P', false, KIND(PTR),                 ANY_MODE   }, // any pointer to T
    { 'C', false, KIND(SLICE),               SIR_CONST  }, // const T[]
    { 'M', false, KIND(SLICE),               SIR_MUT    }, // mut T[]
    { 'V', true,  KIND(SLICE),               SIR_CONST  }, // const T[]?
    { 'a', false, KIND(SLICE),               SIR_OWN    }, // own T[]
    { 'A', true,  KIND(SLICE),               SIR_OWN    }, // own T[]?
    { 'S', false, KIND(SLICE),               ANY_MODE   }, // any slice of T
    { 'R', false, KIND(ARRAY),               ANY_MODE   }, // T[N]
    { 'X', false, INDEXABLE,                 ANY_MODE   }, // indexable over T
    { 'Y', false, INDEXABLE,                 CHANGEABLE }, // ... whose elements may be changed
    { 'G', false, KIND(GROW) | KIND(VECTOR), ANY_MODE   }, // growable or vector over T
    { 'g', false, KIND(GROW),                ANY_MODE   }, // growable over T
    { 'r', false, KIND(GROW),                SIR_OWN    }, // own T[..]
    { 't', false, KIND(STR),                 ANY_MODE   }, // any text
    { 's', false, KIND(STR),                 SIR_CONST  }, // const str
    { 'O', false, KIND(STR),                 SIR_OWN    }, // own str
    { 'Q', true,  KIND(STR),                 SIR_OWN    }, // own str?
    { 'N', false, KIND(STR),                 SIR_GC     }, // gc str
    { 'D', true,  KIND(STR),                 SIR_GC     }, // gc str?
    { 'z', true,  KIND(STR),                 SIR_CONST  }, // const str?
    { 'e', false, KIND(ENDPOINT),            ANY_MODE   }, // any endpoint
    { 'E', false, KIND(EPSET),               ANY_MODE   }, // any set of endpoints
    { 'n', false, KIND(ATOMIC),              ANY_MODE   }, // atomic<T>
    { 'x', false, KIND(MUTEX),               ANY_MODE   }, // mutex<T>
    { 'l', false, KIND(GUARD),               ANY_MODE   }, // guard<T>
};

static const struct {
    char letter;
    SirType type;
} fixed[] = {
    { 'b', SIR_TYPE_BOOL },
    { 'u', SIR_TYPE_U32  },
    { 'q', SIR_TYPE_U64  },
};

static const Form *form_of(char letter) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].letter == letter) return &forms[i];
    return NULL;
}

// Those of whose T only the state of an endpoint may differ: docs/sir.md 6.
static bool is_loose(char letter) {
    return letter == 'T' || letter == 'c' || letter == 'm';
}

static bool mode_fits(const SirTypeInfo *info, int mode) {
    bool is_inline = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR;
    if (is_inline || mode == ANY_MODE) return true;
    if (mode == CHANGEABLE) return info->mode == SIR_OWN || info->mode == SIR_MUT;
    return info->mode == (SirMode)mode;
}

// Whether a type has the form; then T, or SIR_NONE where the form has none.
static bool take_apart(const Verify *v, const Form *form, SirType type, SirType *inner) {
    if (form->option) {
        if (verify__type(v, type)->kind != SIR_TYPE_OPTION) return false;
        type = verify__type(v, type)->elem;
    }
    *inner = type;
    if (form->kinds == 0) return true;
    const SirTypeInfo *info = verify__type(v, type);
    if (!(form->kinds >> info->kind & 1)) return false;
    bool is_object = info->mode == SIR_GC && info->kind != SIR_TYPE_STR;
    if (is_object && form->mode != SIR_GC) return false; // nothing else is known of them
    if (!mode_fits(info, form->mode)) return false;
    bool is_over_nothing = info->kind == SIR_TYPE_STR || info->kind == SIR_TYPE_ENDPOINT ||
                           info->kind == SIR_TYPE_EPSET;
    *inner = is_over_nothing ? SIR_NONE : info->elem;
    return true;
}

static bool letter_fits(const Verify *v, char letter, SirType type, SirType t) {
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (fixed[i].letter == letter) return type == fixed[i].type;
    SirType inner;
    if (!take_apart(v, form_of(letter), type, &inner)) return false;
    if (inner == SIR_NONE || inner == t) return true;
    return is_loose(letter) && verify__same_type(v, inner, t);
}

// T is what the first exact letter says, or if there is none, the first loose one.
static SirType find_t(const Verify *v, const char *pattern, const SirType *types) {
    SirType loose = SIR_NONE;
    for (uint32_t i = 0; pattern[i]; i++) {
        const Form *form = form_of(pattern[i]);
        SirType inner;
        if (!form || !take_apart(v, form, types[i], &inner) || inner == SIR_NONE) continue;
        if (!is_loose(pattern[i])) return inner;
        if (loose == SIR_NONE) loose = inner;
    }
    return loose;
}

// --- constraints -------------------------------------------------------------------------------------------------------------

typedef enum Need { ANY, INTEGER, FLOAT, BITS, EQUAL, ORDER, PLAIN, FIRST, FREE, WIRE, BYTES } Need;

static const char *const need_texts[] = {
    [ANY] = "any type",
    [INTEGER] = "an integer",
    [FLOAT] = "f32 or f64",
    [BITS] = "an integer, bool or flags",
    [EQUAL] = "a scalar, a plain enum or flags",
    [ORDER] = "a number or char",
    [PLAIN] = "plain",
    [FIRST] = "first-class",
    [FREE] = "what can be dropped: a guard is unlocked, a join ended",
    [WIRE] = "a wire struct",
    [BYTES] = "u8",
};

static bool has_bits(const SirTypeInfo *info) {
    return info->kind == SIR_TYPE_BOOL || info->kind == SIR_TYPE_FLAGS;
}

static bool meets(const Verify *v, Need need, SirType t) {
    if (need == ANY) return true;
    if (t == SIR_NONE) return false;
    const SirTypeInfo *info = verify__type(v, t);
    bool is_number = verify__is_integer(t) || verify__is_float(t);
    switch (need) {
    case ANY: return true;
    case INTEGER: return verify__is_integer(t);
    case FLOAT: return verify__is_float(t);
    case BITS: return verify__is_integer(t) || has_bits(info);
    case ORDER: return is_number || t == SIR_TYPE_CHAR;
    case EQUAL:
        return is_number || t == SIR_TYPE_CHAR || has_bits(info) ||
               (info->kind == SIR_TYPE_ENUM && info->is_plain_enum);
    case PLAIN: return verify__kind(v, t)->plain;
    case FIRST: return !verify__kind(v, t)->second_class;
    case FREE: return !verify__is_bound(v, t);
    case WIRE: return info->kind == SIR_TYPE_STRUCT && info->is_wire;
    case BYTES: return t == SIR_TYPE_U8;
    }
    return false;
}

// --- rows --------------------------------------------------------------------------------------------------------------------

typedef struct Row { // rows of one instruction stand together; one of them must fit
    SirOp op;
    const char *pattern;
    Need need;
} Row;

// clang-format off: a table
static const Row rows[] = {
    { SIR_OP_USE,           "TT",   ANY     }, { SIR_OP_DROP,          "T",    FREE    },
    { SIR_OP_ADD_TRAP,      "TTT",  INTEGER }, { SIR_OP_SUB_TRAP,      "TTT",  INTEGER },
    { SIR_OP_MUL_TRAP,      "TTT",  INTEGER }, { SIR_OP_NEG_TRAP,      "TT",   INTEGER },
    { SIR_OP_DIV_TRAP,      "TTT",  INTEGER }, { SIR_OP_REM_TRAP,      "TTT",  INTEGER },
    { SIR_OP_SHL_TRAP,      "TTu",  INTEGER }, { SIR_OP_SHR_TRAP,      "TTu",  INTEGER },
    { SIR_OP_ADD_WRAP,      "TTT",  INTEGER }, { SIR_OP_SUB_WRAP,      "TTT",  INTEGER },
    { SIR_OP_MUL_WRAP,      "TTT",  INTEGER }, { SIR_OP_NEG_WRAP,      "TT",   INTEGER },
    { SIR_OP_SHL_WRAP,      "TTu",  INTEGER }, { SIR_OP_SHR_WRAP,      "TTu",  INTEGER },
    { SIR_OP_MUL_HIGH,      "TTT",  INTEGER },
    { SIR_OP_ADD_SAT,       "TTT",  INTEGER }, { SIR_OP_SUB_SAT,       "TTT",  INTEGER },
    { SIR_OP_MUL_SAT,       "TTT",  INTEGER }, { SIR_OP_ADD_OPT,       "oTT",  INTEGER },
    { SIR_OP_SUB_OPT,       "oTT",  INTEGER }, { SIR_OP_MUL_OPT,       "oTT",  INTEGER },
    { SIR_OP_DIV_OPT,       "oTT",  INTEGER }, { SIR_OP_REM_OPT,       "oTT",  INTEGER },
    { SIR_OP_SHL_OPT,       "oTu",  INTEGER }, { SIR_OP_SHR_OPT,       "oTu",  INTEGER },
    { SIR_OP_AND,           "TTT",  BITS    }, { SIR_OP_OR,            "TTT",  BITS    },
    { SIR_OP_XOR,           "TTT",  BITS    }, { SIR_OP_NOT,           "TT",   BITS    },
    { SIR_OP_ROTL,          "TTu",  INTEGER }, { SIR_OP_ROTR,          "TTu",  INTEGER },
    { SIR_OP_CLZ,           "uT",   INTEGER }, { SIR_OP_CTZ,           "uT",   INTEGER },
    { SIR_OP_POPCOUNT,      "uT",   INTEGER }, { SIR_OP_BYTESWAP,      "TT",   INTEGER },
    { SIR_OP_FADD,          "TTT",  FLOAT   }, { SIR_OP_FSUB,          "TTT",  FLOAT   },
    { SIR_OP_FMUL,          "TTT",  FLOAT   }, { SIR_OP_FDIV,          "TTT",  FLOAT   },
    { SIR_OP_FREM,          "TTT",  FLOAT   }, { SIR_OP_FNEG,          "TT",   FLOAT   },
    { SIR_OP_FSQRT,         "TT",   FLOAT   },
    { SIR_OP_EQ,            "bTT",  EQUAL   }, { SIR_OP_NE,            "bTT",  EQUAL   },
    { SIR_OP_EQ,            "bhh",  ANY     }, { SIR_OP_NE,            "bhh",  ANY     },
    { SIR_OP_LT,            "bTT",  ORDER   }, { SIR_OP_LE,            "bTT",  ORDER   },
    { SIR_OP_GT,            "bTT",  ORDER   }, { SIR_OP_GE,            "bTT",  ORDER   },
    { SIR_OP_EQ_BYTES,      "btt",  ANY     }, { SIR_OP_EQ_BYTES,      "bSS",  BYTES   },

    { SIR_OP_REPEAT,        "RT",   PLAIN   }, { SIR_OP_NEW,           "wT",   FIRST   },
    { SIR_OP_NEW_OPT,       "WT",   FIRST   }, { SIR_OP_NEW_ARRAY,     "aqT",  PLAIN   },
    { SIR_OP_NEW_ARRAY_OPT, "AqT",  PLAIN   }, { SIR_OP_NEW_COPY,      "aS",   PLAIN   },
    { SIR_OP_NEW,           "hT",   PLAIN   }, { SIR_OP_NEW_ARRAY,     "HqT",  PLAIN   },
    { SIR_OP_NEW_OPT,       "iT",   PLAIN   }, { SIR_OP_NEW_ARRAY_OPT, "IqT",  PLAIN   },
    { SIR_OP_NEW_COPY,      "Ot",   ANY     }, { SIR_OP_NEW_COPY,      "Nt",   ANY     },
    { SIR_OP_NEW_COPY,      "HS",   PLAIN   }, { SIR_OP_UNBOX,         "Tw",   ANY     },
    { SIR_OP_NEW_COPY_OPT,  "AS",   PLAIN   }, { SIR_OP_NEW_COPY_OPT,  "Qt",   ANY     },
    { SIR_OP_NEW_COPY_OPT,  "IS",   PLAIN   }, { SIR_OP_NEW_COPY_OPT,  "Dt",   ANY     },

    { SIR_OP_BORROW,        "cT",   ANY     }, { SIR_OP_BORROW_MUT,    "mT",   ANY     },
    { SIR_OP_VIEW,          "CX",   ANY     }, { SIR_OP_VIEW,          "st",   ANY     },
    { SIR_OP_VIEW_MUT,      "MX",   ANY     }, { SIR_OP_SUBVIEW,       "CXqq", ANY     },
    { SIR_OP_SUBVIEW_MUT,   "MXqq", ANY     }, { SIR_OP_SUBVIEW_OPT,   "VXqq", ANY     },
    { SIR_OP_GET,           "kXq",  ANY     }, { SIR_OP_GET_MUT,       "KXq",  ANY     },
    { SIR_OP_BYTES_OF,      "Ct",   BYTES   }, { SIR_OP_STR_OF,        "zS",   BYTES   },
    { SIR_OP_SPLIT,         "MMXq", ANY     },
    { SIR_OP_LEN,           "qX",   ANY     }, { SIR_OP_LEN,           "qt",   ANY     },
    { SIR_OP_LEN,           "qE",   ANY     }, { SIR_OP_LEN,           "qH",   ANY     },
    { SIR_OP_ADDRESS,       "qP",   ANY     }, { SIR_OP_ADDRESS,       "qS",   ANY     },
    { SIR_OP_ADDRESS,       "qt",   ANY     }, { SIR_OP_ADDRESS,       "qg",   ANY     },

    { SIR_OP_SLICE_SWAP,    "Yqq",  ANY     }, { SIR_OP_SLICE_REPLACE, "TYqT", FIRST   },
    { SIR_OP_SLICE_COPY,    "YX",   PLAIN   }, { SIR_OP_SLICE_MOVE,    "Yqqq", PLAIN   },
    { SIR_OP_SLICE_FILL,    "YT",   PLAIN   }, { SIR_OP_SWAP,          "TT",   FIRST   },
    { SIR_OP_REPLACE,       "TTT",  FIRST   },
    { SIR_OP_GROW_NEW,      "G",    ANY     }, { SIR_OP_GROW_PUSH,     "GT",   ANY     },
    { SIR_OP_GROW_POP,      "oG",   ANY     }, { SIR_OP_GROW_INSERT,   "GqT",  ANY     },
    { SIR_OP_GROW_REMOVE,   "TGq",  ANY     }, { SIR_OP_GROW_TRUNCATE, "Gq",   ANY     },
    { SIR_OP_GROW_APPEND,   "GS",   PLAIN   }, { SIR_OP_GROW_RESERVE,  "gq",   ANY     },
    { SIR_OP_GROW_SEAL,     "ar",   ANY     }, { SIR_OP_GROW_RESERVE_OPT, "bgq", ANY   },

    { SIR_OP_CLOSE,         "e",    ANY     }, { SIR_OP_IS_CLOSED,     "be",   ANY     },

    { SIR_OP_SHARE,         "nT",   ANY     }, { SIR_OP_SHARE,         "xT",   ANY     },
    { SIR_OP_LOCK,          "lx",   ANY     }, { SIR_OP_UNLOCK,        "l",    ANY     },
    { SIR_OP_ATOMIC_LOAD,   "Tn",   ANY     }, { SIR_OP_ATOMIC_STORE,  "nT",   ANY     },
    { SIR_OP_ATOMIC_ADD,    "TnT",  INTEGER }, { SIR_OP_ATOMIC_SWAP,   "TnT",  ANY     },
    { SIR_OP_ATOMIC_CAS,    "bnTT", ANY     },
};
// clang-format on

// --- one instruction ----------------------------------------------------------------------------------------------------------

static bool row_fits(const Code *c, const Row *row, SirType *t) {
    *t = find_t(c->v, row->pattern, c->types);
    for (uint32_t i = 0; row->pattern[i]; i++)
        if (!letter_fits(c->v, row->pattern[i], c->types[i], *t)) return false;
    return true;
}

static void refuse_types(Code *c) {
    char list[256] = "";
    for (uint32_t i = 0, at = 0; i < c->inst->arg_count && at < sizeof list - 90; i++) {
        const char *text = verify__shown(c, c->types[i]);
        at += (uint32_t)snprintf(list + at, sizeof list - at, "%s`%s`", i ? ", " : "", text);
    }
    ILL_FORMED(c, "`%s` does not go with the types %s", sir_op_text(c->inst->op), list);
}

static void refuse_need(Code *c, const Row *row, SirType t) {
    // What holds a borrow and gets into memory would escape.
    Rule rule = row->need == FIRST ? RULE_ESCAPE : RULE_WELL_FORMED;
    REJECT(
        c, rule, "`%s`: `%s` is not %s", sir_op_text(c->inst->op), verify__shown(c, t),
        need_texts[row->need]
    );
}

// Instructions that hand out or use an address of the place itself.
static void check_alignment(Code *c) {
    SirGroup group = sir_op_group(c->inst->op);
    bool takes_address = group == SIR_GROUP_BORROW || group == SIR_GROUP_ELEMENTS ||
                         group == SIR_GROUP_SHARED || group == SIR_GROUP_ATOMIC;
    for (uint32_t i = sir_op_dests(c->inst->op); takes_address && i < c->inst->arg_count; i++)
        if (c->inst->args[i].kind == SIR_ARG_PLACE)
            verify__require_aligned(c, &c->inst->args[i].place);
}

bool verify__type_by_row(Code *c) {
    const Row *misfit = NULL;
    SirType t = SIR_NONE, misfit_t = SIR_NONE;
    bool found = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].op != c->inst->op) continue;
        found = true;
        if (!row_fits(c, &rows[i], &t)) continue;
        if (meets(c->v, rows[i].need, t)) {
            check_alignment(c);
            return true;
        }
        misfit = &rows[i];
        misfit_t = t;
    }
    if (misfit)
        refuse_need(c, misfit, misfit_t);
    else if (found)
        refuse_types(c);
    return found;
}
