// What the lint refuses of a module: one for each promise that was not verified, and those that barely pass.

#include "llvm__.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <llvm-c/IRReader.h>

#include <stdio.h>
#include <string.h>

#define GUARDS                                                                \
    "attributes #0 = { nounwind noredzone uwtable \"frame-pointer\"=\"all\" " \
    "\"no-jump-tables\"=\"true\" \"probe-stack\"=\"inline-asm\" "             \
    "\"stack-probe-size\"=\"2048\" }\n"
#define TRAP "declare void @sip_trap(i32)\n"

// The body of a function of a pointer and two numbers.
#define BODY(text) TRAP "define i64 @f(ptr %p, i64 %a, i64 %b) #0 {\n" text "}\n" GUARDS
#define OTHER      "declare i64 @g(i64) #0\n"

typedef struct Row {
    const char *name, *text;
    bool passes;
} Row;

static const Row rows[] = {
    { "a sum",                                BODY("%c = add i64 %a, %b ret i64 %c"),                                         true  },
    { "a sum that does not overflow",         BODY("%c = add nsw i64 %a, %b ret i64 %c"),                                     false },
    { "a product that does not wrap",         BODY("%c = mul nuw i64 %a, %b ret i64 %c"),                                     false },
    { "a shift that loses nothing",           BODY("%c = shl nuw i64 %a, %b ret i64 %c"),                                     false },
    { "a quotient without rest",              BODY("%c = udiv exact i64 %a, %b ret i64 %c"),                                  false },
    { "a shift without rest",                 BODY("%c = lshr exact i64 %a, %b ret i64 %c"),                                  false },
    { "bits of one side",                     BODY("%c = or disjoint i64 %a, %b ret i64 %c"),                                 false },
    { "a widening of what is not negative",
     BODY("%t = trunc i64 %a to i32 %c = zext nneg i32 %t to i64 ret i64 %c"),                                                false },
    { "an address",                           BODY("%q = getelementptr i8, ptr %p, i64 %a %c = load i64, ptr %q ret i64 %c"),
     true                                                                                                                           },
    { "an address within",
     BODY("%q = getelementptr inbounds i8, ptr %p, i64 %a %c = load i64, ptr %q ret i64 %c"),
     false                                                                                                                          },
    { "an address that does not wrap",
     BODY("%q = getelementptr nuw i8, ptr %p, i64 %a %c = load i64, ptr %q ret i64 %c"),                                      false },
    { "an address out of a number",
     BODY("%q = inttoptr i64 %a to ptr %c = load i64, ptr %q ret i64 %c"),                                                    false },
    { "a fast sum of floats",
     BODY("%x = bitcast i64 %a to double %y = fadd fast double %x, %x "
           "%c = bitcast double %y to i64 ret i64 %c"),
     false                                                                                                                          },
    { "a frozen value",                       BODY("%c = freeze i64 %a ret i64 %c"),                                          false },
    { "a fence",                              BODY("fence seq_cst ret i64 %a"),                                               false },
    { "a load with a range",
     BODY("%c = load i64, ptr %p, !range !0 ret i64 %c") "!0 = !{i64 0, i64 2}\n",                                            false },
    { "a load that is invariant",
     BODY("%c = load i64, ptr %p, !invariant.load !0 ret i64 %c") "!0 = !{}\n",                                               false },
    { "an end behind a trap",                 BODY("call void @sip_trap(i32 1) unreachable"),                                 true  },
    { "an end behind nothing",                BODY("unreachable"),                                                            false },
    { "an end behind another call",           OTHER BODY("%c = call i64 @g(i64 %a) unreachable"),                             false },
    { "a call",                               OTHER BODY("%c = call i64 @g(i64 %a) ret i64 %c"),                              true  },
    { "a call that promises",                 OTHER BODY("%c = call i64 @g(i64 %a) memory(none) ret i64 %c"),
     false                                                                                                                          },
    { "a call that promises of its result",
     OTHER BODY("%c = call noundef i64 @g(i64 %a) ret i64 %c"),                                                               false },
    { "a call that promises of its argument",
     OTHER BODY("%c = call i64 @g(i64 noundef %a) ret i64 %c"),                                                               false },
    { "a tail call",                          OTHER BODY("%c = tail call i64 @g(i64 %a) ret i64 %c"),                         false },
    { "assembly",                             BODY("call void asm sideeffect \"cli\", \"\"() ret i64 %a"),                    false },
    { "assembly beside functions",            "module asm \"cli\"\n" BODY("ret i64 %a"),                                      false },
    { "an alias",                             BODY("ret i64 %a") "@h = alias i64 (ptr, i64, i64), ptr @f\n",                  false },
    { "an intrinsic",
     "declare i64 @llvm.ctpop.i64(i64)\n" BODY("%c = call i64 @llvm.ctpop.i64(i64 %a) ret i64 %c"),
     true                                                                                                                           },
    { "an assumption",
     "declare void @llvm.assume(i1)\n" BODY("call void @llvm.assume(i1 true) ret i64 %a"),                                    false },
    { "a jump by an address",                 BODY("indirectbr ptr %p, [label %x] x: ret i64 %a"),                            false },
    { "a function that returns for sure",
     TRAP
      "define void @f() #1 { ret void }\n"
      "attributes #1 = { nounwind noredzone uwtable willreturn \"frame-pointer\"=\"all\" \"no-jump-tables\"=\"true\" "
      "\"probe-stack\"=\"inline-asm\" \"stack-probe-size\"=\"2048\" }\n",                                                     false },
    { "a function that makes progress",
     TRAP
      "define void @f() #1 { ret void }\n"
      "attributes #1 = { nounwind noredzone uwtable mustprogress \"frame-pointer\"=\"all\" \"no-jump-tables\"=\"true\" "
      "\"probe-stack\"=\"inline-asm\" \"stack-probe-size\"=\"2048\" }\n",                                                     false },
    { "a pointer like no other",              TRAP "define void @f(ptr noalias %p) #0 { ret void }\n" GUARDS,
     false                                                                                                                          },
    { "a pointer to so much",
     TRAP "define void @f(ptr dereferenceable(8) %p) #0 { ret void }\n" GUARDS,                                               true  },
    { "a function with a red zone",
     TRAP
      "define void @f() #1 { ret void }\n"
      "attributes #1 = { nounwind uwtable \"frame-pointer\"=\"all\" \"no-jump-tables\"=\"true\" "
      "\"probe-stack\"=\"inline-asm\" \"stack-probe-size\"=\"2048\" }\n",                                                     false },
    { "a function without probes",
     TRAP
      "define void @f() #1 { ret void }\n"
      "attributes #1 = { nounwind noredzone uwtable \"frame-pointer\"=\"all\" \"no-jump-tables\"=\"true\" }\n",
     false                                                                                                                          },
};

static bool passes(const Row *row, char error[512]) {
    Arena arena;
    arena_init(&arena);
    Emit e = { .arena = &arena, .error = error, .context = LLVMContextCreate() };
    LLVMMemoryBufferRef text =
        LLVMCreateMemoryBufferWithMemoryRangeCopy(row->text, strlen(row->text), row->name);
    char *trouble = NULL;
    if (LLVMParseIRInContext(e.context, text, &e.out, &trouble))
        fail_msg("%s: %s", row->name, trouble);
    e.trap = LLVMGetNamedFunction(e.out, "sip_trap");
    bool good = llvm__lint(&e);
    LLVMDisposeModule(e.out);
    LLVMContextDispose(e.context);
    arena_free(&arena);
    return good;
}

static void each_promise_is_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char error[512] = "";
        if (passes(&rows[i], error) != rows[i].passes)
            fail_msg("%s: %s", rows[i].name, rows[i].passes ? error : "passes");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_promise_is_told) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
