#!/usr/bin/env python3
"""Writes stdlib/core/tens_data.sip to standard output: the powers of ten to 128 bits, rounded down."""
FIRST, LAST = -342, 341


def power(n):
    """10^n times a power of two, so that it has 128 bits."""
    if n >= 0:
        value = 10**n
        bits = value.bit_length()
        return value >> (bits - 128) if bits > 128 else value << (128 - bits)
    below = 10**-n
    bits = below.bit_length() + 128
    value = (1 << bits) // below
    return value >> (value.bit_length() - 128)


print(f"""/// Powers of ten, made by stdlib/tens.py; `std.tens` says what they are for.
module std.tens_data;

/// The power of the first row.
pub const i32 first_power = {FIRST};

/// 10^n times a power of two, so that the first of 128 bits is set, rounded down.
pub const (u64, u64)[{LAST - FIRST + 1}] powers_of_ten = {{""")
rows = [f"{{ 0x{power(n) >> 64:016x}, 0x{power(n) & (1 << 64) - 1:016x} }}" for n in range(FIRST, LAST + 1)]
print(",\n".join("    " + ", ".join(rows[i:i + 2]) for i in range(0, len(rows), 2)))
print("};")
