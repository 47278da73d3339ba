#!/usr/bin/env bash
# Shows that job arrays give what one process gives: a small experiment runs once in a single process and once through Slurm, where one running job is requeued and the process
# of another is killed; winner, scores and the winner's weights must be the same to the last bit.
#
#   scripts/slurm/check-array.sh [FOLDER]        FOLDER (default /var/tmp/ttl-array-check) is emptied
#
# Slurm must run (start-single-node.sh). TTL names the command, default: ttl.
set -euo pipefail

folder=${1:-/var/tmp/ttl-array-check}
here=$(cd "$(dirname "$0")" && pwd)
read -ra ttl <<< "${TTL:-ttl}"
rm -rf "$folder"
mkdir -p "$folder"

# One thread each: sums of floating point numbers depend on how many threads share them.
options=(--data formula --formula-images 60 --size 32 --epochs 5 --threads 1 --cuts layer1.1 layer2.1 layer3.1 --search Exhaustive --strategies LinearProbe FromScratch)

echo "== one process"
"${ttl[@]}" compare --output "$folder/single" "${options[@]}" 2> "$folder/single.log"

echo "== job arrays"
"$here/compare-array.sh" "$folder/array" "${options[@]}" > "$folder/array.log" 2>&1 &
array=$!

# A run is in the middle when it has completed an epoch and its job is still running. Prints job, number and the job's own identifier.
middle() {
    local candidates id number own run
    mapfile -t candidates < <(grep -o '"Candidate": [0-9]*' "$folder/array/round.json" 2> /dev/null | grep -o '[0-9]*$')
    while read -r id number own; do
        [ -n "${candidates[$number]:-}" ] || continue
        run=$(printf '%s/array/trials/%03d-*/run-1/checkpoint.safetensors' "$folder" "$((candidates[number] + 1))")
        # The pattern is to be expanded.
        # shellcheck disable=SC2086
        ls $run > /dev/null 2>&1 && echo "$id $number $own" && return 0
    done < <(squeue -h -r -n ttl -t R -o '%F %K %A' 2> /dev/null)
    return 1
}

# The process of a job, by what Slurm has put into its environment.
process_of() {
    local environment
    for environment in /proc/[0-9]*/environ; do
        if cat "$environment" 2> /dev/null | tr '\0' '\n' | grep -qx "SLURM_JOB_ID=$1" && cat "${environment%environ}cmdline" 2> /dev/null | tr '\0' ' ' | grep -q -- '--trial'; then
            basename "$(dirname "$environment")"
            return 0
        fi
    done
    return 1
}

requeued=
killed=
while kill -0 "$array" 2> /dev/null; do
    if { [ -z "$requeued" ] || [ -z "$killed" ]; } && found=$(middle); then
        read -r id number own <<< "$found"
        if [ -z "$requeued" ]; then
            echo "job ${id}_$number has completed an epoch and is requeued"
            scontrol requeue "${id}_$number"
            requeued="$id $number"
        elif [ "$id $number" != "$requeued" ] && process=$(process_of "$own"); then
            echo "job ${id}_$number has completed an epoch and its process is killed"
            kill -9 "$process"
            killed="$id $number"
        fi
    fi
    sleep 0.3
done
wait "$array" || { cat "$folder/array.log" >&2; exit 1; }
cat "$folder/array.log"
[ -n "$requeued" ] && [ -n "$killed" ] || { echo "No job was in the middle long enough to be requeued and killed." >&2; exit 1; }

echo "== comparison"
cmp "$folder/single/result.json" "$folder/array/result.json" && echo "winner, reason and scores: the same"
cmp "$folder/single/model.safetensors" "$folder/array/model.safetensors" && echo "weights of the winner: the same"
