"""Prints .sip.lines of a sealed binary: files, functions, and for each function the lines of its rows."""
import struct
import sys


def section(data, wanted):
    shoff, = struct.unpack_from("<Q", data, 40)
    count, names = struct.unpack_from("<HH", data, 60)
    rows = [struct.unpack_from("<IIQQQQ", data, shoff + 64 * i) for i in range(count)]
    for name, _, _, _, offset, size in rows:
        start = rows[names][4] + name
        if data[start:data.index(b"\0", start)] == wanted:
            return data[offset:offset + size]
    sys.exit("no such section")


def main():
    lines = section(open(sys.argv[1], "rb").read(), b".sip.lines")
    size, _, files, file_count, rows, row_count, functions, function_count = struct.unpack_from("<8I", lines, 8)
    text = lambda at: lines[at[0]:at[0] + at[1]].decode()
    names = [text(struct.unpack_from("<II", lines, files + 8 * i)) for i in range(file_count)]
    table = [struct.unpack_from("<III", lines, rows + 12 * i) for i in range(row_count)]
    assert size == len(lines) and table == sorted(table, key=lambda row: row[0])
    print("files:", *names)
    for i in range(function_count):
        pc, length, *name = struct.unpack_from("<IIII", lines, functions + 16 * i)
        inside = [f"{names[file]}:{line}" for at, file, line in table if pc <= at < pc + length]
        print(f"{text(name)}:", *inside)
        behind = [line for at, _, line in table if at <= pc + length][-1]
        following = any(struct.unpack_from("<I", lines, functions + 16 * k)[0] == pc + length for k in range(function_count))
        assert behind == 0 or following, "lines go on behind a function"


main()
