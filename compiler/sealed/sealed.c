// A sealed binary as a whole: what sealed_read promises, in the order in which later checks rely on earlier ones.

#include "sealed__.h"
#include "sha256.h"

bool sealed__within(uint64_t offset, uint64_t length, uint64_t size) {
    return offset <= size && length <= size - offset;
}

bool sealed__rows_within(uint64_t offset, uint64_t count, uint64_t row_size, uint64_t size) {
    uint64_t length;
    return !__builtin_mul_overflow(count, row_size, &length) &&
           sealed__within(offset, length, size);
}

// --- the record --------------------------------------------------------------------------------------------

static const char *check_record(Sealed *sealed, SealedView section) {
    static const SealRecord zero;
    SealRecord *record = &sealed->record;
    if (section.size != sizeof *record) return "the seal has not the size of a seal";
    __builtin_memcpy(record, section.bytes, sizeof *record);
    sealed->record_offset = (uint64_t)(section.bytes - sealed->file.bytes);
    if (__builtin_memcmp(record->magic, "SIPSEAL\1", 8) != 0)
        return "the seal does not begin as a seal does";
    if (record->version != SEAL_FORMAT_VERSION)
        return "the seal is of another version of the format";
    if (record->file_size != sealed->file.size)
        return "the file has not the size that its seal says";
    if (__builtin_memcmp(record->reserved, zero.reserved, sizeof zero.reserved) != 0 ||
        record->flags != 0)
        return "the seal has bits that mean nothing";
    return NULL;
}

// --- the whole ---------------------------------------------------------------------------------------------

const char *sealed_read(const void *file, size_t size, Sealed *sealed) {
    *sealed = (Sealed){
        .file = { file, size }
    };
    SealedSections sections;
    const char *wrong = sealed__read_elf(sealed, &sections);
    if (!wrong) wrong = check_record(sealed, sections.seal);
    if (!wrong) wrong = sealed__read_segments(sealed);
    if (!wrong) wrong = sealed__read_manifest(sealed, sections.manifest);
    if (!wrong) wrong = sealed__read_traps(sealed, sections.traps);
    if (!wrong) wrong = sealed__read_lines(sealed, sections.lines);
    sealed->sir = sections.sir;
    return wrong;
}

void sealed_digest(const void *file, size_t size, size_t record_offset, uint8_t out[32]) {
    static const uint8_t zero[sizeof(SealRecord) - offsetof(SealRecord, digest)];
    const uint8_t *bytes = file;
    size_t from = record_offset + offsetof(SealRecord, digest), to = from + sizeof zero;
    Sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, bytes, from);
    sha256_add(&sha, zero, sizeof zero);
    sha256_add(&sha, bytes + to, size - to);
    sha256_finish(&sha, out);
}

_Static_assert(
    offsetof(SealRecord, signature) == offsetof(SealRecord, digest) + 32 &&
        sizeof(SealRecord) == offsetof(SealRecord, signature) + sizeof(SealSignature),
    "digest and signature are one run at the end"
);

bool sealed_digest_is_right(const Sealed *sealed) {
    uint8_t digest[32];
    sealed_digest(sealed->file.bytes, sealed->file.size, sealed->record_offset, digest);
    return __builtin_memcmp(digest, sealed->record.digest, sizeof digest) == 0;
}

const char *sealed_read_unchanged(const void *file, size_t size, Sealed *sealed) {
    const char *wrong = sealed_read(file, size, sealed);
    if (wrong || sealed_digest_is_right(sealed)) return wrong;
    return "its bytes do not match its digest";
}
