#!/usr/bin/env bash
# Shows that the loop of compare-jobs.sh gives what one process gives. There is no cluster: a stand-in for kubectl runs the container's command of job.yaml once for each
# index, with JOB_COMPLETION_INDEX set. It kills the first pod of the first Job after an epoch and starts it again, as backoffLimitPerIndex would; and lets the first index of
# the second Job fail for good, so that the Job ends as Failed.
#
#   scripts/kubernetes/check-jobs.sh [FOLDER]        FOLDER (default /var/tmp/ttl-jobs-check) is emptied
#
# TTL names the command, default: ttl.
set -euo pipefail

folder=${1:-/var/tmp/ttl-jobs-check}
here=$(cd "$(dirname "$0")" && pwd)
read -ra ttl <<< "${TTL:-ttl}"
rm -rf "$folder"
mkdir -p "$folder/cluster"
folder=$(cd "$folder" && pwd)

cat > "$folder/kubectl" <<'STANDIN'
#!/usr/bin/env bash
# kubectl apply -f - | kubectl get job NAME -o ...
set -euo pipefail
cluster=$STAND_IN_FOLDER/cluster
if [ "$1" = get ]; then
    cat "$cluster/$3.ended"
    exit
fi

cat > "$cluster/job.yaml"
field() { sed -n "s/^ *$1: *\([^ #]*\).*/\1/p" "$cluster/job.yaml" | head -1; }
name=$(field name)
mv "$cluster/job.yaml" "$cluster/$name.yaml"
completions=$(sed -n 's/^ *completions: *\([0-9]*\).*/\1/p' "$cluster/$name.yaml")
command=$(sed -n 's/^ *command: *\[\(.*\)\].*/\1/p' "$cluster/$name.yaml" | tr -d '",')

# The pod mounts the volume at /experiment, and its image has the command on the path.
read -ra words <<< "$command"
[ "${words[0]}" = ttl ] || { echo "the container starts ${words[0]}" >&2; exit 1; }
read -ra ttl <<< "${TTL:-ttl}"
words=("${ttl[@]}" "${words[@]:1}")
words=("${words[@]//\/experiment/$STAND_IN_FOLDER/jobs}")
number=$(find "$cluster" -name '*.yaml' | wc -l)
echo "job.batch/$name created"
ended=Complete
for index in $(seq 0 $((completions - 1))); do
    log=$cluster/$name-$index.log
    if [ "$number" = 2 ] && [ "$index" = 0 ]; then
        echo "$name: index 0 fails for good" >&2
        ended="FailureTarget Failed"
        continue
    fi
    if [ "$number" = 1 ] && [ "$index" = 0 ]; then
        JOB_COMPLETION_INDEX=$index "${words[@]}" > "$log" 2>&1 &
        pod=$!
        until grep -q 'epoch 1/' "$log" || ! kill -0 "$pod" 2> /dev/null; do sleep 0.05; done
        kill -9 "$pod" 2> /dev/null && echo "$name: the pod of index 0 is killed after an epoch, and started again" >&2
        wait "$pod" 2> /dev/null || true
    fi
    JOB_COMPLETION_INDEX=$index "${words[@]}" >> "$log" 2>&1 || ended="FailureTarget Failed"
done
echo -n "$ended" > "$cluster/$name.ended"
STANDIN
chmod +x "$folder/kubectl"

# One thread each: sums of floating point numbers depend on how many threads share them.
options=(--data formula --formula-images 60 --size 32 --epochs 5 --threads 1 --cuts layer1.1 layer2.1 layer3.1 --search Exhaustive --strategies LinearProbe FromScratch)

echo "== one process"
"${ttl[@]}" compare --output "$folder/single" "${options[@]}" 2> "$folder/single.log"
echo "== jobs"
STAND_IN_FOLDER=$folder KUBECTL=$folder/kubectl SECONDS_BETWEEN_LOOKS=1 "$here/compare-jobs.sh" "$folder/jobs" "${options[@]}"
echo "== comparison"
cmp "$folder/single/result.json" "$folder/jobs/result.json" && echo "winner, reason and scores: the same"
cmp "$folder/single/model.safetensors" "$folder/jobs/model.safetensors" && echo "weights of the winner: the same"
