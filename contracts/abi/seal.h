// The sealed binary (.sipx): what the toolchain writes and the kernel's loader reads. Freestanding.
//
// An ELF64 position-independent executable for x86-64 whose extra sections are described here. All numbers are
// little-endian; all offsets are from the start of the structure they stand in unless said otherwise.
// docs/sealed-format.md is the manual. Everything in a sealed file is hostile until its digest has been checked, and
// the loader trusts no offset even then.

#ifndef SIP_ABI_SEAL_H
#define SIP_ABI_SEAL_H

#include <stdint.h>

#define SEAL_FORMAT_VERSION  6u
#define SEAL_MOST_TRAP_TEXT  160u // bytes
#define SEAL_MOST_TRAP_TEXTS 65536u
#define SEAL_MOST_ENDS       64u // that a program is started with

// --- sections ----------------------------------------------------------------------------------------------
// .sip.manifest   SealManifest and what it points to          (loaded read-only)
// .sip.traps      SealTrap[]: trap site -> fault, file, line     (loaded read-only)
// .sip.lines      SealLine[], sorted by pc, and file names       (not loaded; the loader reads the file's copy)
// .sip.sir        the SIR in binary form                      (not loaded)
// .sip.seal       SealRecord                                  (not loaded; the last section of the file)

// What is signed is 16 bytes that say what it is, and its digest: a signature of one thing is none of another.
#define SEAL_SIGNED_PROGRAM "sip program 1\0\0" // and the string's own NUL
#define SEAL_SIGNED_IMAGE   "sip image 1\0\0\0\0"

typedef struct SealSignature { // all zero: there is none
    uint8_t key[32];           // whose: an Ed25519 public key
    uint8_t signature[64];     // over what is signed
} SealSignature;

typedef struct SealRecord {
    uint8_t magic[8];    // "SIPSEAL\1"
    uint32_t version;    // SEAL_FORMAT_VERSION
    uint32_t flags;      // zero
    uint64_t file_size;  // of the whole file
    uint8_t reserved[8]; // zero
    uint8_t digest[32];  // SHA-256 of the whole file with this and what follows taken as zero
    SealSignature signature;
} SealRecord;

_Static_assert(sizeof(SealRecord) == 160, "on disk");
_Static_assert(
    sizeof SEAL_SIGNED_PROGRAM == 16 && sizeof SEAL_SIGNED_IMAGE == 16, "what is signed"
);

// --- manifest: a header, then tables, then strings; offsets from the header's first byte -------------------------

typedef struct SealString {
    uint32_t offset, length;
} SealString; // UTF-8, not terminated
typedef struct SealTable {
    uint32_t offset, count;
} SealTable;

#define SEAL_MOST_CPU 800u // per cent: of as many CPUs as a system may have
#define SEAL_MOST_TIME \
    ((uint64_t)1 << 55) // nanoseconds: a year; in cycles it does not overflow either

typedef struct SealManifest {
    uint8_t magic[8];    // "SIPMANI\1"
    uint32_t version;    // SEAL_FORMAT_VERSION
    uint32_t size;       // of the manifest with all that it points to
    uint32_t abi;        // SIP_ABI_VERSION
    uint32_t cpu_level;  // x86-64-v2: 2
    SealString name;     // the SIP
    uint64_t heap_bytes; // quotas
    uint64_t stack_bytes;
    uint32_t threads;
    uint32_t trap_count;        // rows of .sip.traps
    SealTable params;           // SealParam[]
    SealTable contracts;        // SealContract[]
    SealTable messages;         // SealMessage[], by contract
    SealTable ends;             // SealEnd[], by parameter
    SealTable grants;           // SealGrant[]
    SealTable kcalls;           // uint32_t[]: rows of kcalls.def that the code uses, ascending
    uint32_t cpu;               // per cent of one CPU that it may have in each period; 0: no limit
    uint32_t reserved;          // 0
    uint64_t time;              // nanoseconds of CPU time that it may have in all; 0: no limit
    uint64_t frame_bound;       // deepest stack of one thread, in bytes; 0: not computed
    SealString toolchain;       // "sipcc 0.1.0 LLVM 19.1.7 O2 x86-64-v2"
    uint8_t runtime_digest[32]; // SHA-256 of kernel-rt/sip as linked
} SealManifest;

typedef enum SealParamKind {
    SEAL_PARAM_ENDPOINT,
    SEAL_PARAM_ARGS,
    SEAL_PARAM_DEVICE
} SealParamKind;

typedef struct SealParam {
    SealString name;
    uint32_t kind;     // SealParamKind
    uint32_t contract; // ENDPOINT: row of contracts
    uint32_t side;     // 0 importer, 1 exporter
    uint32_t state;    // row of the contract's states
    uint32_t grant;    // DEVICE: row of grants
    // ENDPOINT, importer in its first state, of a contract that delivers endpoints one by one, `next? -> fresh(end)!` again and again:
    uint32_t fresh; // what it delivers: row of contracts plus one; 0: it is no such endpoint
    uint32_t fresh_side, fresh_state;
    // ENDPOINT, importer in its first state, of a contract by which a program is started (`Program<E>` of sip.process): 1, and
    // the ends that the starter gives; else 0.
    uint32_t starts;
    uint32_t first_end, end_count; // rows of ends
} SealParam;

typedef struct SealEnd { // of a channel
    uint32_t contract;   // row of contracts
    uint32_t side;       // 0 importer, 1 exporter
    uint32_t state;      // row of the contract's states
} SealEnd;

typedef struct SealContract {
    SealString name;
    uint8_t digest[32]; // deep: messages, types, states, layout version; never names of types alone
    uint32_t in_slots;  // most messages outstanding importer -> exporter; 0 if none is ever sent
    uint32_t out_slots; // exporter -> importer
    uint32_t slot_bytes;    // largest payload of any message, multiple of 16
    uint32_t first_message; // row of messages
    uint32_t message_count;
    uint32_t state_count;
} SealContract;

typedef struct SealMessage {
    SealString name;
    uint32_t direction;     // 0 in (importer -> exporter), 1 out
    uint32_t payload_bytes; // arguments laid out as a C struct in order
    uint32_t blocks;        // 1 if a payload may carry blocks
    uint32_t endpoints;     // 1 if it may carry endpoints
} SealMessage;

typedef enum SealGrantKind { // as in SIR
    SEAL_GRANT_IO_PORT,
    SEAL_GRANT_IO_MEMORY,
    SEAL_GRANT_IRQ,
    SEAL_GRANT_DMA,
    SEAL_GRANT_EXIT,
    SEAL_GRANT_KINDS
} SealGrantKind;

typedef struct SealGrant {
    uint32_t kind; // SealGrantKind
    uint32_t reserved;
    uint64_t base, length;
} SealGrant;

// --- traps and lines -----------------------------------------------------------------------------------------------

typedef struct SealTrap {
    uint32_t fault; // row of fault.def
    uint32_t file;  // index into SealLines.files
    uint32_t line, column;
    uint32_t text; // a row of SealLines.texts plus one; 0: none
} SealTrap;

typedef struct SealLines { // header of .sip.lines; offsets from its first byte
    uint8_t magic[8];      // "SIPLINE\1"
    uint32_t size;
    uint32_t reserved;
    SealTable files;     // SealString[]
    SealTable rows;      // SealLine[], ascending pc; a row holds up to the next one
    SealTable functions; // SealFunction[], ascending pc
    SealTable
        texts; // SealString[]: what traps say, 1 to SEAL_MOST_TRAP_TEXT printable characters of ASCII each
} SealLines;

typedef struct SealLine {
    uint32_t pc; // virtual address in the image
    uint32_t file, line;
} SealLine;

typedef struct SealFunction {
    uint32_t pc, size;
    SealString name; // as in the source
} SealFunction;

#endif
