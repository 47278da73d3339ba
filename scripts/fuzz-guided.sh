#!/usr/bin/env bash
# Coverage-guided fuzzing of the parsers of weights, checkpoints, networks and plans with AFL++ (Debian: apt-get install afl++) and SharpFuzz, which instruments a copy of the library.
# Usage: scripts/fuzz-guided.sh [seconds a target, 300] [page, benchmarks/results/fuzz-guided.md] [names of targets, e.g. Checkpoint; default: all]
# Ends with 1 where an input crashed or hung; such inputs are copied to fuzz-failures.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-300}
page=${2:-benchmarks/results/fuzz-guided.md}
only=" ${*:3} "
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is missing: apt-get install afl++" >&2; exit 2; }

project=benchmarks/TruncatedTL.MLNet.Benchmarks
dotnet build -c Release "$project" -v q -nologo >&2
plain=$project/bin/Release/net10.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The copy shares all files with the build but the one that is changed.
cp -rl "$plain" "$work/bin" 2>/dev/null || cp -r "$plain" "$work/bin"
rm "$work/bin/TruncatedTL.MLNet.dll"
cp "$plain/TruncatedTL.MLNet.dll" "$work/bin/TruncatedTL.MLNet.dll"
guided() { dotnet "$plain/TruncatedTL.MLNet.Benchmarks.dll" fuzz-guided "$@"; }
guided instrument "$work/bin/TruncatedTL.MLNet.dll" >&2

# .NET reserves far more addresses than it uses, so its own limit stands for that of AFL++.
export DOTNET_GCHeapHardLimit=80000000 DOTNET_gcServer=0 DOTNET_EnableDiagnostics=0
export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
rows= failed=0
while read -r target sample; do
  [[ $only == "  " || $only == *" $target "* ]] || continue
  mkdir -p "$work/$sample/seeds"
  guided seed "$target" "$sample" "$work/$sample/seeds/$sample"
  afl-fuzz -i "$work/$sample/seeds" -o "$work/$sample/findings" -V "$seconds" -t 5000 -m none -- \
    dotnet "$work/bin/TruncatedTL.MLNet.Benchmarks.dll" fuzz-guided run "$target" "$sample" "$work/$sample/files" >"$work/$sample/log" 2>&1 \
    || { tail -20 "$work/$sample/log" >&2; exit 1; }
  stat() { awk -F ' *: *' -v name="$1" '$1 == name { print $2 }' "$work/$sample/findings/default/fuzzer_stats"; }
  for input in "$work/$sample"/findings/default/{crashes,hangs}/id*; do
    [ -e "$input" ] || continue
    mkdir -p fuzz-failures
    cp "$input" "fuzz-failures/$sample-$(basename "$(dirname "$input")")-$(basename "$input" | cut -c1-9 | tr : -)"
    echo "$target $sample $(basename "$input"): $(timeout 60 dotnet "$plain/TruncatedTL.MLNet.Benchmarks.dll" fuzz-guided replay "$target" "$sample" "$input" | head -3)" >&2
    failed=1
  done
  row="| $target | $sample | $(stat run_time) | $(stat execs_done) | $(stat execs_per_sec) | $(stat corpus_count) | $(stat edges_found) | $(stat stability) | $(stat saved_crashes) | $(stat saved_hangs) |"
  echo "$row"
  rows+=$row$'\n'
done < <(guided list)

cat >"$page" <<PAGE
# Coverage-guided fuzzing of the parsers

AFL++ ($(afl-fuzz -h 2>&1 | grep -o 'afl-fuzz++[0-9.a-z]*' | head -1)) feeds a copy of the library that SharpFuzz has instrumented, so that it keeps inputs which take a new way through the code; one small intact file is the
seed. A sample that stands behind a hash or in an archive (\`progress.json\`, \`pickle.pth\`) is sealed again around what AFL++ makes of it. A crash is any exception but the documented ones, or the
end of the process; a hang is 5 seconds. Managed memory is limited to 2 GB. $(getconf _NPROCESSORS_ONLN) cores, load average $(cut -d' ' -f1 /proc/loadavg); the machine did other work, too: executions a second are no measure of speed.

| parser | seed | seconds | executions | a second | kept inputs | edges of the code | stability | crashes | hangs |
|---|---|---|---|---|---|---|---|---|---|
${rows}
PAGE
exit $failed
