// Which CPUs the machine has, by ACPI's tables (specification 6.5: 5.2.5 RSDP, 5.2.7 RSDT, 5.2.8 XSDT, 5.2.12 MADT). Read while all of the
// first 4 GiB is mapped, where firmware leaves them. What is not as it should be is not there.

#include "pc.h"

#define MAPPED_END UINT64_C(0x100000000)

enum {
    RSDP_BYTES = 20, // of the first version, which has a sum of its own
    HEADER_BYTES = 36,
    MADT_BYTES = 44,
    LARGEST_TABLE = 1 << 20,
    LOCAL_APIC = 0,
    LOCAL_X2APIC = 9,
    IS_USABLE = 1,
    EBDA_SEGMENT = 0x40e, // a word of the BIOS's
    EBDA_BYTES = 1024,
    BIOS_START = 0xe0000,
    BIOS_END = 0x100000,
};

uint32_t pc_cpu_ids[PC_CPUS];
uint32_t pc_cpu_count;

static uint64_t number_at(const uint8_t *at, uint32_t bytes) {
    uint64_t number = 0;
    for (uint32_t i = bytes; i > 0; i--)
        number = number << 8 | at[i - 1];
    return number;
}

static bool sums_to_zero(const uint8_t *at, uint64_t bytes) {
    uint8_t sum = 0;
    for (uint64_t i = 0; i < bytes; i++)
        sum = (uint8_t)(sum + at[i]);
    return sum == 0;
}

static bool begins_with(const uint8_t *at, const char *text) {
    for (; *text; text++, at++)
        if (*at != (uint8_t)*text) return false;
    return true;
}

// NULL: it is not there, or not whole.
static const uint8_t *table_at(uint64_t address, const char *signature) {
    const uint8_t *table = (const uint8_t *)address;
    if (address == 0 || address > MAPPED_END - LARGEST_TABLE) return NULL;
    const uint64_t bytes = number_at(table + 4, 4);
    if (!begins_with(table, signature) || bytes < HEADER_BYTES || bytes > LARGEST_TABLE)
        return NULL;
    return sums_to_zero(table, bytes) ? table : NULL;
}

static bool is_rsdp(uint64_t address) {
    return begins_with((const uint8_t *)address, "RSD PTR ") &&
           sums_to_zero((const uint8_t *)address, RSDP_BYTES);
}

static uint64_t look_for_rsdp(uint64_t start, uint64_t end) {
    for (uint64_t at = start; at < end; at += 16)
        if (is_rsdp(at)) return at;
    return 0;
}

// Where a BIOS leaves it, if the loader does not say.
static uint64_t find_rsdp(uint64_t told) {
    if (told && told < MAPPED_END - RSDP_BYTES && is_rsdp(told)) return told;
    const uint64_t ebda = *(const volatile uint16_t *)(uintptr_t)EBDA_SEGMENT * UINT64_C(16);
    const uint64_t found = ebda ? look_for_rsdp(ebda, ebda + EBDA_BYTES) : 0;
    return found ? found : look_for_rsdp(BIOS_START, BIOS_END);
}

static void add_cpu(uint32_t id, uint32_t flags) {
    if (!(flags & IS_USABLE)) return;
    if (pc_cpu_count < PC_CPUS) pc_cpu_ids[pc_cpu_count++] = id;
}

static void read_madt(const uint8_t *madt) {
    const uint64_t bytes = number_at(madt + 4, 4);
    for (uint64_t at = MADT_BYTES; at + 2 <= bytes && madt[at + 1] >= 2; at += madt[at + 1]) {
        const uint8_t *row = madt + at;
        if (at + row[1] > bytes) return;
        if (row[0] == LOCAL_APIC && row[1] >= 8) add_cpu(row[3], (uint32_t)number_at(row + 4, 4));
        if (row[0] == LOCAL_X2APIC && row[1] >= 12)
            add_cpu((uint32_t)number_at(row + 4, 4), (uint32_t)number_at(row + 8, 4));
    }
}

void pc_find_cpus(uint64_t told) {
    const uint8_t *rsdp = (const uint8_t *)find_rsdp(told);
    if (!rsdp) return;
    const bool has_xsdt = rsdp[15] >= 2 && number_at(rsdp + 24, 8);
    const uint8_t *tables = has_xsdt ? table_at(number_at(rsdp + 24, 8), "XSDT")
                                     : table_at(number_at(rsdp + 16, 4), "RSDT");
    if (!tables) return;
    const uint32_t width = has_xsdt ? 8 : 4;
    const uint64_t bytes = number_at(tables + 4, 4);
    for (uint64_t at = HEADER_BYTES; at + width <= bytes; at += width) {
        const uint8_t *madt = table_at(number_at(tables + at, width), "APIC");
        if (!madt) continue;
        read_madt(madt);
        return;
    }
}
