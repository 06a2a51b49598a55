"""How long it takes from the start of QEMU to the first message: of a system that says hello, of a kernel that does nothing else, and of Linux with an
initramfs of one file. All by emulation (TCG), in one run: on `microvm` beside the least that QEMU boots, on `q35` beside Linux, which on `microvm`
says nothing in most of its starts.

The kernel of Linux is Debian's (package linux-image-cloud-amd64), fetched once by apt-get and unpacked, not installed; where that cannot be had it is
said, and the rows are left out.
"""
import glob
import os
import re
import select
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "256M", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"]
EXIT = ["-device", "isa-debug-exit,iobase=0x501,iosize=1"]
MICROVM = ["-M", "microvm,pic=off,pit=off,rtc=off"] + EXIT
Q35 = ["-M", "q35"] + EXIT
LIMIT = 60  # seconds; of three starts of Linux one may hang


def first_message(mark, *arguments):
    """Milliseconds by the clock, and of CPU time, until a text is seen on the console; None: it is not."""
    command = QEMU + list(arguments)
    start, seen, said = time.monotonic(), b"", None
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    while said is None:
        ready, _, _ = select.select([process.stdout], [], [], max(0, start + LIMIT - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 4096) if ready else b""
        if not piece:
            break
        seen += piece
        if mark in seen:
            said = time.monotonic() - start
    process.kill()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    process.stdout.close()
    return None if said is None else (said * 1000, (usage.ru_utime + usage.ru_stime) * 1000)


# --- Linux ---------------------------------------------------------------------------------------------------------------

def fetched_kernel(folder):
    """The path of a Linux kernel, or why there is none."""
    found = glob.glob(os.path.join(folder, "boot", "vmlinuz-*"))
    if found:
        return found[0], None
    asked = subprocess.run(["apt-cache", "depends", "linux-image-cloud-amd64"], capture_output=True, text=True)
    package = re.search(r"Depends: (linux-image-\S+)", asked.stdout)
    if not package:
        return None, "apt-cache knows no linux-image-cloud-amd64 (apt-get update, on Debian)"
    os.makedirs(folder, exist_ok=True)
    got = subprocess.run(["apt-get", "download", "-q", package[1]], cwd=folder, capture_output=True, text=True)
    files = glob.glob(os.path.join(folder, "linux-image-*.deb"))
    if got.returncode != 0 or not files:
        return None, f"apt-get download {package[1]} failed: {got.stderr.strip()}"
    if subprocess.run(["dpkg-deb", "-x", files[0], folder], capture_output=True).returncode != 0:
        return None, f"dpkg-deb cannot unpack {files[0]}"
    os.remove(files[0])
    found = glob.glob(os.path.join(folder, "boot", "vmlinuz-*"))
    return (found[0], None) if found else (None, f"{package[1]} has no boot/vmlinuz-*")


def entry(name, mode, content):
    """A file of a `newc` archive."""
    fields = [0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def initramfs(scratch):
    init, path = os.path.join(scratch, "init"), os.path.join(scratch, "initramfs")
    subprocess.run(["clang-19", "-O2", "-static", "-nostdlib", "-fno-stack-protector", os.path.join(HERE, "init.c"), "-o", init], check=True)
    with open(init, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(entry("init", 0o100755, content) + entry("TRAILER!!!", 0, b""))
    return path


# --- the rows --------------------------------------------------------------------------------------------------------------

def cases_of(scratch, sipcc, root, cache):
    """By name: what is looked for, how often at most, and QEMU's arguments."""
    floor, hello = os.path.join(scratch, "floor.elf"), os.path.join(scratch, "hello.elf")
    subprocess.run(["clang-19", "--target=x86_64-unknown-none-elf", "-nostdlib", "-static", "-fuse-ld=lld", "-Wl,--image-base=0x100000", "-Wl,-e,start",
                    os.path.join(HERE, "floor.S"), "-o", floor], check=True)
    subprocess.run([sipcc, "image", "-q", os.path.join(root, "examples", "01-hello", "hello.sip"), "-o", hello], check=True, stdout=subprocess.DEVNULL)
    message = b"hello from a sealed process"
    cases = {"floor on microvm": (b"floor", 1000, MICROVM + ["-kernel", floor]), "hello on microvm": (message, 1000, MICROVM + ["-kernel", hello])}
    linux, why = fetched_kernel(cache)
    if linux:
        cases["hello on q35"] = (message, 3, Q35 + ["-kernel", hello])
        cases["Linux on q35"] = (b"hello from init", 3, Q35 + ["-kernel", linux, "-initrd", initramfs(scratch), "-append", "console=ttyS0 quiet tsc=reliable"])
    else:
        print("# boot: Linux is left out: " + why)
    return cases


def measure(scratch, sipcc, root, cache, rounds):
    """By name the least time by the clock and the least CPU time, in milliseconds: what other work adds is never negative."""
    found = {}
    cases = cases_of(scratch, sipcc, root, cache)
    for turn in range(rounds):  # interleaved
        for name, (mark, most, arguments) in cases.items():
            got = first_message(mark, *arguments) if turn < most else None
            if got:
                found.setdefault(name, []).append(got)
            elif turn < most and name != "Linux on q35":
                sys.exit(f"bench: {name} does not boot")
            elif turn < most:
                print(f"# boot: Linux said nothing in {LIMIT} s")
    return {name: (min(clock for clock, _ in times), min(cpu for _, cpu in times)) for name, times in found.items()}
