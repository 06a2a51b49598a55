// What can stand behind a dot, and what can be named: for completion and for the help with arguments.

#ifndef LSP_MEMBERS_H
#define LSP_MEMBERS_H

#include "probe.h"

typedef enum CompletionKind { // the protocol's numbers
    COMPLETION_METHOD = 2,
    COMPLETION_FUNCTION = 3,
    COMPLETION_FIELD = 5,
    COMPLETION_VARIABLE = 6,
    COMPLETION_CLASS = 7,
    COMPLETION_INTERFACE = 8,
    COMPLETION_MODULE = 9,
    COMPLETION_ENUM = 13,
    COMPLETION_KEYWORD = 14,
    COMPLETION_ENUM_MEMBER = 20,
    COMPLETION_CONSTANT = 21,
    COMPLETION_STRUCT = 22,
    COMPLETION_EVENT = 23,
    COMPLETION_OPERATOR = 25,
} CompletionKind;

typedef struct Member {
    const char *name;
    CompletionKind kind;
    const char *signature; // on one line
    const char *doc;       // of what is built in; else NULL
    Span at;               // where it is declared; file 0: nowhere
    bool is_method;        // its first parameter stands before the dot
    bool calls;            // arguments follow
} Member;

typedef void TakeMember(void *context, const Member *member);

// Fields and functions of a type, as the document sees them.
void members_of_type(Probe *probe, const HirType *type, TakeMember *take, void *context);

// Messages that the endpoint's end may send, or receive, in the state; where that is not known, in any.
void members_messages(Probe *probe, bool sends, TakeMember *take, void *context);

// What is declared within a name of the document's: variants, functions of a type, the ends of a contract, what a module has. false:
// it is no such name.
bool members_of_name(Probe *probe, Str name, TakeMember *take, void *context);

void members_variants(Probe *probe, const HirEnum *of, TakeMember *take, void *context);
void members_fields(Probe *probe, const HirStruct *of, TakeMember *take, void *context);
void members_states(Probe *probe, Str contract, TakeMember *take, void *context);

// Functions, types and constants that the document's module sees, its own first.
void members_items(Probe *probe, TakeMember *take, void *context);
void members_free(TakeMember *take, void *context); // what is built in and called by name

// Behind the bracket that opens the parameters in the signature; NULL: it has none.
const char *member_parameters(const Member *member);
// The next of them; false: there is none. `at` goes on behind it.
bool member_next_parameter(const char **at, Str *parameter);

Member member_of_item(Probe *probe, const AstItem *item);

#endif
