"""The types of generated programs: how each is spelled, which of its values a generator can write down, and how a function
that mixes a value into the checksum reads it."""


class Type:
    """One type. `plain` values copy; others have one owner. `parts` are fields, elements or payloads, by kind."""

    def __init__(self, kind, name, plain=True, parts=(), bits=0, signed=False, count=0):
        self.kind, self.name, self.plain, self.parts = kind, name, plain, tuple(parts)
        self.bits, self.signed, self.count = bits, signed, count

    def __repr__(self):
        return self.name

    @property
    def least(self):
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def most(self):
        return (1 << (self.bits - (1 if self.signed else 0))) - 1


def integer(name, bits, signed):
    return Type("int", name, bits=bits, signed=signed)


INTS = [integer("u8", 8, False), integer("u16", 16, False), integer("u32", 32, False), integer("u64", 64, False),
        integer("usize", 64, False), integer("i8", 8, True), integer("i16", 16, True), integer("i32", 32, True),
        integer("i64", 64, True), integer("isize", 64, True)]
U8, U16, U32, U64, USIZE, I8, I16, I32, I64, ISIZE = INTS
BOOL = Type("bool", "bool")
CHAR = Type("char", "char")
F64 = Type("float", "f64", bits=64)
F32 = Type("float", "f32", bits=32)
STR = Type("text", "own str", plain=False)
SCALARS = INTS + [BOOL, CHAR, F64, F32]


def array(element, count):
    return Type("array", f"{element}[{count}]", plain=element.plain, parts=[element], count=count)


def optional(inner):
    return Type("optional", f"{inner}?", plain=inner.plain, parts=[inner])


def boxed(inner):
    return Type("box", f"own {inner}*", plain=False, parts=[inner])


def heap_array(element):
    return Type("slice", f"own {element}[]", plain=False, parts=[element])


def growable(element):
    return Type("grow", f"own {element}[..]", plain=False, parts=[element])


def in_place(element, most):
    return Type("few", f"{element}[..{most}]", plain=element.plain, parts=[element], count=most)


def borrow(t, const=True):
    """How a shared or exclusive borrow of a `t` is spelled."""
    return f"const {t}*" if const else f"{t}*"


def widens(narrow, wide):
    """Whether one integer becomes the other without a cast."""
    if narrow.bits >= wide.bits or "size" in narrow.name:
        return False
    if "size" in wide.name:
        return narrow.signed == wide.signed and narrow.bits < 64
    return narrow.signed == wide.signed or (not narrow.signed and narrow.bits < wide.bits)
