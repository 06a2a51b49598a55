#!/bin/sh
# short.sh FUZZER SEEDS SECONDS: a short run that begins with the seeds and leaves nothing behind but a finding.
set -u
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
"$1" -seed=20260101 -max_total_time="$3" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$(dirname "$1")/finding-$(basename "$1")-" "$scratch" "$2" 2>"$scratch.log"
status=$?
[ $status -eq 0 ] && grep -E 'Seed:|stat::number_of_executed_units|INITED|DONE' "$scratch.log"
[ $status -eq 0 ] || tail -c 6000 "$scratch.log"
rm -f "$scratch.log"
exit $status
