#!/usr/bin/env python3
"""Compares std.time with Python's datetime on random texts of RFC 3339, right ones and ones that are spoilt. Usage: dates.py SIPCC [SEED]

A program that holds the texts is generated and run hosted; each of its lines is compared with what Python says. The seed is shown.
"""
import datetime
import os
import random
import re
import subprocess
import sys
import tempfile

PROGRAM = """module dates;
import sip.console;
import std.fmt;
import std.time;

void read(Console.imp:Ready -> Ready* out, str shown) {
    OffsetDateTime t = parse_date_time(shown) else {
        print(out, $"refused\\n");
        return;
    };
    i64? ns = none;
    if (Span moment = t.moment()) {
        ns = moment.ns;
        OffsetDateTime again = OffsetDateTime.of(moment, t.offset);
        assert(t.local.second == 60 || text($"{again}") == text($"{t}"));
        assert(parse_moment(text($"{again}"))!.ns == moment.ns);
    }
    print(out, $"{t} {t.utc()!:.3} {t.local.date.weekday()} {ns}\\n");
}

sip Main(Console.imp:Ready out) heap 1 MiB {
@CALLS@    close(out);
}

system Dates { sip main = Main(out: machine.console); }
"""
RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
EPOCH = datetime.datetime(1970, 1, 1)


def wanted(text):
    """The line that the program is to show; None where Python has no such year."""
    match = RFC3339.fullmatch(text)
    if not match:
        return "refused"
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    leap = second == 60
    offset = 0
    if match[9]:
        if int(match[10]) > 23 or int(match[11]) > 59:
            return "refused"
        offset = (int(match[10]) * 60 + int(match[11])) * (1 if match[9] == "+" else -1)
    ns = int((match[7] or ".")[1:][:9].ljust(9, "0"))
    if year == 0:
        return None
    try:
        local = datetime.datetime(year, month, day, hour, minute, 59 if leap else second)
    except ValueError:
        return "refused"
    try:
        utc = local - datetime.timedelta(minutes=offset)
    except OverflowError:
        return None
    if leap and not (utc.hour == 23 and utc.minute == 59 and (utc + datetime.timedelta(days=1)).day == 1):
        return "refused"
    moment = ((utc - EPOCH) // datetime.timedelta(seconds=1) + leap) * 1_000_000_000 + ns
    fraction = f".{ns:09}" if ns else ""
    zone = "Z" if offset == 0 else f"{'+' if offset > 0 else '-'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    if leap:
        local, utc = (str(t.isoformat())[:-2] + "60" for t in (local, utc))
    else:
        local, utc = local.isoformat(), utc.isoformat()
    weekday = datetime.date(year, month, day).isoweekday()
    return f"{local}{fraction}{zone} {utc}.{ns // 1_000_000:03}Z {weekday} {moment if -(1 << 63) <= moment < 1 << 63 else 'none'}"


def texts(rng):
    for _ in range(600):
        year = rng.choice([rng.randrange(10000), rng.randrange(1600, 2400), rng.choice([1600, 1676, 1677, 1900, 1970, 2000, 2024, 2100, 2262, 2263, 9999])])
        month, day = rng.randrange(1, 13), rng.choice([rng.randrange(1, 29), rng.randrange(28, 32)])
        if rng.randrange(4) == 0:
            month, day = rng.choice([(2, 28), (2, 29), (3, 1), (12, 31), (1, 1), (6, 30)])
        hour, minute, second = rng.choice([(rng.randrange(24), rng.randrange(60), rng.randrange(60)), (23, 59, 59), (23, 59, 60), (0, 0, 0)])
        fraction = rng.choice(["", "", "." + "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 13)))])
        zone = rng.choice(["Z", "Z", "z", "+00:00", "-00:00", f"{rng.choice('+-')}{rng.randrange(24):02}:{rng.randrange(60):02}"])
        text = f"{year:04}-{month:02}-{day:02}{rng.choice('TTTt ')}{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
        if rng.randrange(3) == 0:
            at = rng.randrange(len(text))
            text = rng.choice([text[:at] + text[at + 1:], text[:at] + rng.choice("0123456789:-+TZ. ") + text[at + 1:],
                               text[:at] + rng.choice("0123456789:-+TZ. ") + text[at:], text[:at]])
        yield text


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    cases = [(text, line) for text in texts(random.Random(seed)) for line in [wanted(text)] if line is not None]
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "dates.sip")
        with open(path, "w") as file:
            file.write(PROGRAM.replace("@CALLS@", "".join(f'    read(&out, "{text}");\n' for text, _ in cases)))
        result = subprocess.run([sys.argv[1], "run", "-q", "--on", "host", path], capture_output=True, text=True, timeout=300)
    lines = [line for line in result.stdout.split("\n") if line and not line.startswith("# ")]
    wrong = [(text, line, right) for (text, right), line in zip(cases, lines) if line != right]
    for text, line, right in wrong[:20]:
        print(f"`{text}`: {line}\n  where it should be {right}")
    refused = sum(right == "refused" for _, right in cases)
    print(f"seed {seed}: {len(cases)} texts, {refused} to be refused, {len(wrong)} wrong")
    if result.returncode != 0 or len(lines) != len(cases) or not 0 < refused < len(cases):
        sys.exit(f"status {result.returncode}, {len(lines)} lines of {len(cases)}\n{result.stderr[-2000:]}")
    sys.exit(1 if wrong else 0)


main()
