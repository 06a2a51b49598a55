// Debug information: a subprogram for each function, a line for each instruction, nothing of this machine. Files are
// named as the module names them, below the directory `.`. Columns are left out: what is sealed are lines, and each place
// that LLVM tells apart costs it as much time as an instruction. A debug build does without all of it (calls.c).

#include "llvm__.h"

#include <string.h>

static const char directory[] = ".";

static LLVMMetadataRef make_file(const Emit *e, Str name) {
    return LLVMDIBuilderCreateFile(e->debug, name.ptr, name.len, directory, sizeof directory - 1);
}

static void add_flag(
    const Emit *e, LLVMModuleFlagBehavior behavior, const char *name, uint32_t value
) {
    LLVMAddModuleFlag(
        e->out, behavior, name, strlen(name), LLVMValueAsMetadata(llvm__u32(e, value))
    );
}

void llvm__debug_begin(Emit *e) {
    add_flag(e, LLVMModuleFlagBehaviorError, "PIC Level", 2);
    add_flag(e, LLVMModuleFlagBehaviorError, "PIE Level", 2);
    add_flag(e, LLVMModuleFlagBehaviorError, "uwtable", 2);
    add_flag(e, LLVMModuleFlagBehaviorError, "frame-pointer", 2);
    if (e->lists_calls) return;
    add_flag(e, LLVMModuleFlagBehaviorWarning, "Debug Info Version", LLVMDebugMetadataVersion());
    add_flag(e, LLVMModuleFlagBehaviorWarning, "Dwarf Version", 5);

    e->debug = LLVMCreateDIBuilder(e->out);
    e->files = arena_array(e->arena, LLVMMetadataRef, e->module->files.len);
    e->file_scopes = arena_array(e->arena, FileScope, e->module->files.len);
    for (uint32_t i = 0; i < e->module->files.len; i++)
        e->files[i] = make_file(e, e->module->files.data[i]);
    e->no_file = e->module->files.len ? e->files[0] : make_file(e, STR("<none>"));
    const char *producer = e->options->producer;
    e->unit = LLVMDIBuilderCreateCompileUnit(
        e->debug, LLVMDWARFSourceLanguageC11, e->no_file, producer, strlen(producer),
        e->options->level != LLVM_O0, "", 0, 0, "", 0, LLVMDWARFEmissionFull, 0, false, false, "",
        0, "", 0
    );
    e->sub_type = LLVMDIBuilderCreateSubroutineType(e->debug, e->no_file, NULL, 0, LLVMDIFlagZero);
}

static LLVMMetadataRef file_of(const Emit *e, SirFile file) {
    return file < e->module->files.len ? e->files[file] : e->no_file;
}

void llvm__debug_func(Emit *e, SirFunc func) {
    const SirFuncInfo *info = &e->module->funcs.data[func];
    e->loc = info->loc;
    if (e->lists_calls) return;
    Str name = info->name.len ? info->name : STR("<unnamed>");
    LLVMMetadataRef file = file_of(e, info->loc.file);
    uint32_t line = info->loc.file == SIR_NONE ? 0 : info->loc.line;
    e->scope = LLVMDIBuilderCreateFunction(
        e->debug, file, name.ptr, name.len, "", 0, file, line, e->sub_type, true, true, line,
        LLVMDIFlagZero, e->options->level != LLVM_O0
    );
    LLVMSetSubprogram(e->fn, e->scope);
    if (info->loc.file < e->module->files.len)
        e->file_scopes[info->loc.file] = (FileScope){ e->scope, e->scope };
    llvm__debug_loc(e, info->loc);
}

// A generic's instance, or what was inlined by the front end, may stand in another file than its function.
static LLVMMetadataRef scope_of(const Emit *e, SirFile file) {
    if (file >= e->module->files.len) return e->scope;
    FileScope *known = &e->file_scopes[file];
    if (known->func != e->scope) {
        known->func = e->scope;
        known->scope = LLVMDIBuilderCreateLexicalBlockFile(e->debug, e->scope, e->files[file], 0);
    }
    return known->scope;
}

void llvm__debug_loc(Emit *e, SirLoc loc) {
    e->loc = loc;
    if (e->lists_calls) return;
    uint32_t line = loc.file < e->module->files.len ? loc.line : 0;
    LLVMMetadataRef scope = scope_of(e, loc.file);
    if (scope == e->debug_scope && line == e->debug_line) return;
    e->debug_scope = scope;
    e->debug_line = line;
    LLVMSetCurrentDebugLocation2(
        e->at, LLVMDIBuilderCreateDebugLocation(e->context, line, 0, scope, NULL)
    );
}

void llvm__debug_none(Emit *e) {
    e->loc = (SirLoc){ SIR_NONE, 0, 0 };
    if (e->lists_calls) return;
    e->debug_scope = NULL;
    LLVMSetCurrentDebugLocation2(e->at, NULL);
}

void llvm__debug_end(Emit *e) {
    if (e->debug) LLVMDIBuilderFinalize(e->debug);
}
