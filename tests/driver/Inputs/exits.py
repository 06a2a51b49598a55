"""exits.py [OPTIONS] N COMMAND...: runs the command and succeeds if it exits with N, not by a signal.

--path FOLDER    with that PATH
--limit BYTES    no file may grow beyond so many bytes: what a full disk looks like
--limit FILE     ... beyond one byte less than that file has
--full           standard output is /dev/full
"""
import os
import resource
import signal
import subprocess
import sys

words = sys.argv[1:]
out, environment = None, dict(os.environ)
while words[0].startswith("--"):
    option = words.pop(0)
    if option == "--path":
        environment["PATH"] = words.pop(0)
    elif option == "--limit":
        word = words.pop(0)
        limit = int(word) if word.isdigit() else os.path.getsize(word) - 1
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    elif option == "--full":
        out = open("/dev/full", "w")
wanted, command = int(words[0]), words[1:]
got = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, env=environment, restore_signals=True).returncode
if got != wanted:
    sys.stderr.write(f"exits.py: exit code {got}, expected {wanted}: {' '.join(command)}\n")
    sys.exit(1)
