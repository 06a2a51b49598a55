#!/usr/bin/env python3
"""How deep kernel calls get on the stack of the SIP that calls: less than half of what is kept for them (KERNEL_STACK of core.h).

Usage: depth.py OBJDUMP CORE.H KERNEL...

From the machine code of the kernels: a function's frame is what it pushes and subtracts, and the deepest way from a function of the
table to where nothing is called any more counts. Ways lead through no function twice: the kernel does not recur (docs/kernel.md, "Channels").
What ends the machine (panic) is not followed; calls by pointer are, of those that are listed; others are named, and there may be none in the
kernel that is booted. Of the C library a hosted kernel may call there what is little more than a call of Linux's.
"""
import re
import subprocess
import sys

sys.setrecursionlimit(10000)
ENDS = ("panic", "kernel_die", "pc_panic", "pc_refuse", "hosted_fail")
LIBC = {"__errno_location", "clock_gettime", "getpid", "getrandom", "madvise", "memcpy", "memmove", "memset", "mprotect", "nanosleep", "poll",
        "pthread_mutex_lock", "pthread_mutex_unlock", "syscall", "time", "write"}
LIBC_FRAME = 256  # more than each of them takes
BY_POINTER = {"virtio_write": ["notified"], "fire_timers": ["wake_by_timer"]}  # functions that call by pointer, and what


class Kernel:
    def __init__(self, objdump, path):
        text = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], check=True, capture_output=True, text=True).stdout
        self.names, self.frames, self.calls, self.by_pointer, self.not_followed = {}, {}, {}, set(), set()
        at = None
        for line in text.splitlines():
            if head := re.match(r"([0-9a-f]+) <(.+)>:$", line):
                at = int(head.group(1), 16)
                self.names[at], self.frames[at], self.calls[at] = head.group(2), 8, set()
            elif at is not None and (code := re.match(r"\s*[0-9a-f]+:\s+(\S+)\s*(.*)", line)):
                self.add(at, code.group(1), code.group(2).split("#")[0].rstrip())

    def add(self, at, name, operands):
        if name.startswith("push"):
            self.frames[at] += 8
        elif name.startswith("sub") and (by := re.match(r"\$(0x[0-9a-f]+),\s*%rsp$", operands)):
            self.frames[at] += int(by.group(1), 16)
        elif name.startswith("lea") and (by := re.match(r"-(0x[0-9a-f]+)\(%rsp\),\s*%r11$", operands)):
            self.frames[at] += int(by.group(1), 16)  # a frame of several pages, which is taken page by page
        elif name.startswith(("call", "j")):
            if to := re.match(r"(?:0x)?([0-9a-f]+) <", operands):
                self.calls[at].add(int(to.group(1), 16))
            elif name.startswith("call") and operands.startswith("*"):
                self.by_pointer.add(at)

    def called_by_pointer(self, at):
        if at not in self.by_pointer:
            return []
        if self.names[at] not in BY_POINTER:
            self.not_followed.add(self.names[at])
        return [to for to, name in self.names.items() if name in BY_POINTER.get(self.names[at], [])]

    def deepest(self, at, above):
        if at in above or self.names[at] in ENDS:
            return 0, []
        if self.names[at].endswith("@plt"):
            called = self.names[at].split("@")[0]
            return (LIBC_FRAME, [at]) if called in LIBC else sys.exit(f"{self.names[above[-1]]} calls {called} on a SIP's stack")
        best = 0, []
        for to in [*self.calls[at], *self.called_by_pointer(at)]:
            if to in self.frames:
                way = self.deepest(to, (*above, at))
                best = max(best, way, key=lambda found: found[0])
        return best[0] + self.frames[at], [at] + best[1]


def main():
    objdump, header = sys.argv[1:3]
    with open(header) as file:
        kept = min(int(size) for size in re.findall(r"#define KERNEL_STACK_BYTES (\d+)", file.read()))
    good = True
    for path in sys.argv[3:]:
        kernel = Kernel(objdump, path)
        doors = [at for at, name in kernel.names.items() if name.startswith("kcall_")]
        if len(doors) < 40:
            sys.exit(f"{path}: only {len(doors)} functions of the kernel's table: this test sees nothing")
        depth, way = max((kernel.deepest(at, ()) for at in doors), key=lambda found: found[0])
        right = 500 < depth <= kept // 2 and (not kernel.not_followed or "@plt" in " ".join(kernel.names.values()))
        print(f"{'ok' if right else 'not ok'}: {path}: {depth} of {kept} bytes, by {' '.join(kernel.names[at] for at in way)}")
        if kernel.not_followed:
            print(f"# calls by pointer that are not followed: {' '.join(sorted(kernel.not_followed))}")
        good = good and right
    sys.exit(0 if good else 1)


main()
