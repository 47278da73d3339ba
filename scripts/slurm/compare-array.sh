#!/usr/bin/env bash
# Runs an experiment as job arrays on Slurm: plan, then rounds of independent trainings, one job each, until nothing is pending, then the result.
#
#   scripts/slurm/compare-array.sh FOLDER [options of 'ttl compare', without --output]
#   scripts/slurm/compare-array.sh experiment --data chest-x-rays --weights resnet18.pth --size 224
#
# FOLDER must be seen by all nodes. Ended early, the same command goes on. TTL names the command (default: ttl), SBATCH_OPTIONS holds more options of sbatch, e.g.
# SBATCH_OPTIONS="--cpus-per-task=4 --time=2:00:00 --partition=short". Jobs may be requeued and killed: every completed epoch is kept.
set -euo pipefail

folder=${1:?"usage: compare-array.sh FOLDER [options of 'ttl compare']"}
shift
read -ra ttl <<< "${TTL:-ttl}"
read -ra more <<< "${SBATCH_OPTIONS:-}"

# A round that comes back unchanged this often is not going to change.
most_attempts=3

"${ttl[@]}" compare --output "$folder" "$@" --plan
folder=$(cd "$folder" && pwd)
mkdir -p "$folder/slurm"
job=$folder/slurm/trial.sh
{
    echo "#!/bin/sh"
    printf 'exec'
    printf ' %q' "${ttl[@]}" compare --output "$folder" --trial env
    echo
} > "$job"

last=
attempts=0
round=0
while true; do
    pending=$("${ttl[@]}" compare --output "$folder" --round)
    [ "$pending" = 0 ] && break
    sum=$(sha256sum < "$folder/round.json")
    if [ "$sum" = "$last" ]; then
        attempts=$((attempts + 1))
        [ "$attempts" -lt "$most_attempts" ] || { echo "The same $pending trainings are still pending after $most_attempts attempts; see $folder/slurm." >&2; exit 1; }
    else
        attempts=0
        last=$sum
    fi
    round=$((round + 1))
    echo "round $round: $pending trainings"

    # A job that failed leaves its training pending; the next round takes it up again.
    sbatch --wait --requeue --open-mode=append --array="0-$((pending - 1))" --job-name=ttl --chdir="$folder" --output="$folder/slurm/%A_%a.out" "${more[@]}" "$job" \
        || echo "round $round: not every job ended well"
done
"${ttl[@]}" compare --output "$folder" --merge
