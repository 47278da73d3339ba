#!/usr/bin/env bash
# Runs an experiment as indexed Jobs on Kubernetes: plan, then rounds of independent trainings, one pod each, until nothing is pending, then the result.
#
#   scripts/kubernetes/compare-jobs.sh FOLDER [options of 'ttl compare', without --output]
#
# FOLDER is the volume that the pods of job.yaml mount (JOB names another file); run this where it is mounted, too, and where kubectl may create Jobs.
# Ended early, the same command goes on. TTL names the command (default: ttl), KUBECTL that of the cluster.
set -euo pipefail

folder=${1:?"usage: compare-jobs.sh FOLDER [options of 'ttl compare']"}
shift
job=${JOB:-$(cd "$(dirname "$0")" && pwd)/job.yaml}
read -ra ttl <<< "${TTL:-ttl}"
read -ra kubectl <<< "${KUBECTL:-kubectl}"

# A round that comes back unchanged this often is not going to change.
most_attempts=3

"${ttl[@]}" compare --output "$folder" "$@" --plan

last=
attempts=0
round=0
while true; do
    pending=$("${ttl[@]}" compare --output "$folder" --round)
    [ "$pending" = 0 ] && break
    sum=$(sha256sum < "$folder/round.json")
    if [ "$sum" = "$last" ]; then
        attempts=$((attempts + 1))
        [ "$attempts" -lt "$most_attempts" ] || { echo "The same $pending trainings are still pending after $most_attempts attempts; see the logs of their pods." >&2; exit 1; }
    else
        attempts=0
        last=$sum
    fi
    round=$((round + 1))
    name=ttl-round-$(date +%s)-$round
    echo "round $round: $pending trainings, job $name"
    sed "s/^  name: ttl-round.*/  name: $name/; s/completions: .*/completions: $pending/" "$job" | "${kubectl[@]}" apply -f -

    # It ends as Complete, or as Failed where a pod did not succeed in all its attempts; its training is still pending then, and the next round takes it up.
    ended=
    until [[ " $ended " =~ \ (Complete|Failed)\  ]]; do
        sleep "${SECONDS_BETWEEN_LOOKS:-5}"
        ended=$("${kubectl[@]}" get job "$name" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')
    done
    [[ " $ended " = *" Complete "* ]] || echo "round $round: not every training ended well"
done
"${ttl[@]}" compare --output "$folder" --merge
