#!/usr/bin/env bash
# Measures examples/ServeModel with wrk and prints a table: latency and throughput by number of callers, and memory.
#
# usage: benchmarks/serve/measure.sh URL FILE [seconds]      with the service running, for instance with --demo
set -euo pipefail
url=$1 file=$2 seconds=${3:-15}
here=$(cd "$(dirname "$0")" && pwd)
metric() { curl -s "$url/metrics" | awk -v name="$1" '$1 == name { printf "%.0f", $2 / 1e6 }'; }
wrk -t1 -c2 -d5s -s "$here/post.lua" "$url" -- "$file" > /dev/null
echo "| callers | p50 | p90 | p99 | requests a second | failed | resident memory after |"
echo "|---|---|---|---|---|---|---|"
for callers in 1 2 8 32; do
  line=$(wrk -t1 -c$callers -d${seconds}s --latency -s "$here/post.lua" "$url" -- "$file" | tail -1)
  sed -E "s#p50 ([^,]*), p90 ([^,]*), p99 ([^,]*), ([0-9.]+) requests/s, ([0-9]+) requests, errors: (.*)#| $callers | \1 | \2 | \3 | \4 | \6 | $(metric process_resident_memory_bytes) MB |#" <<< "$line"
done
