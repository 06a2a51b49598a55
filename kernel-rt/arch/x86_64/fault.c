// From the CPU's exceptions to the rows of fault.def.

#include "fault.h"

enum {
#define FAULT(number, name, text) FAULT_##name = number,
#include "contracts/abi/fault.def"
};

uint32_t arch_fault_of_vector(uint32_t vector) {
    switch (vector) {
    case VECTOR_DIVIDE: return FAULT_DIVIDE;
    case VECTOR_INSTRUCTION: return FAULT_INSTRUCTION;
    case VECTOR_PAGE: return FAULT_PAGE;
    default: return FAULT_CPU;
    }
}
