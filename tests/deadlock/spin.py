"""Asks spin about a model: does a process end where it should not?"""
import os
import shutil
import subprocess
import tempfile


def is_there():
    return shutil.which("spin") is not None


def deadlocks(model, compiler):
    """True if spin finds an invalid end state, False if it has looked at all states and found none."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "model.pml"), "w") as file:
            file.write(model)
        made = subprocess.run(["spin", "-a", "model.pml"], cwd=folder, capture_output=True, text=True, timeout=120)
        if not os.path.exists(os.path.join(folder, "pan.c")):
            raise RuntimeError("spin cannot read the model:\n" + made.stdout + made.stderr)
        built = subprocess.run(
            [compiler, "-w", "-O1", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=2000", "-o", "pan", "pan.c"],
            cwd=folder, capture_output=True, text=True, timeout=300)
        if built.returncode != 0:
            raise RuntimeError("pan.c cannot be compiled:\n" + built.stderr)
        ran = subprocess.run(["./pan", "-m200000"], cwd=folder, capture_output=True, text=True, timeout=600)
        if "pan:1: invalid end state" in ran.stdout:
            return True
        if "errors: 0" not in ran.stdout or "max search depth too small" in ran.stdout:
            raise RuntimeError("pan was not done:\n" + ran.stdout + ran.stderr)
        return False
