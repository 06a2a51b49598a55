#!/bin/sh
# The points at which tests kill are nothing in the kernels that are shipped (kernel-rt/core/inject.h).
# Usage: points.sh NM TEST KERNEL...
set -eu
nm="$1" with="$2"
shift 2
"$nm" "$with" | grep -q ' inject_point$' || { echo "$with has no points: this test sees nothing"; exit 1; }
for kernel; do
    "$nm" "$kernel" | grep -q ' kernel_main$' || { echo "$kernel has no symbols: this test sees nothing"; exit 1; }
    if "$nm" "$kernel" | grep -i inject; then
        echo "$kernel has points"
        exit 1
    fi
    echo "$kernel: no points"
done
