#!/usr/bin/env bash
# Does what README and docs/getting-started.md say, in order and as written, as somebody would who has a fresh clone, an empty home and no package. Prints what each block of commands took.
#
#   tests/new-user.sh FOLDER [DATA]
#
# FOLDER is made, and holds the clone and the home; delete it afterwards. DATA is a folder with what README's commands for images of one's own name (breastmnist.npz, resnet18.pth,
# resnet50.safetensors, folder-with-one-subfolder-per-class); without it that block is left out. The test suite, README's second command, takes longest; NO_TESTS=1 leaves it out.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
data=${2:+$(cd "$2" && pwd)}

# Packages come from where this machine's configuration says, and go to the new home.
mkdir "$folder/home" "$folder/home/.nuget"
[ ! -d "$HOME/.nuget/NuGet" ] || cp -r "$HOME/.nuget/NuGet" "$folder/home/.nuget/"
export HOME="$folder/home" DOTNET_CLI_HOME="$folder/home" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
unset NUGET_PACKAGES
git clone --quiet "$repository" "$folder/clone"

# block FILE LANGUAGE NUMBER: the text of a block of code, counted from 0.
block() {
    awk -v language="$2" -v number="$3" '
        $0 == "```" language { inside = seen++ == number; next }
        /^```/ { inside = 0 }
        inside' "$folder/clone/$1"
}

step() {
    local name=$1 start=$SECONDS
    shift
    echo "== $name"
    "$@" > "$folder/step.log" 2>&1 || { tail -40 "$folder/step.log"; echo "== $name failed" >&2; exit 1; }
    tail -4 "$folder/step.log" | cut -c1-160
    echo "== $name: $((SECONDS - start)) s, $(du -sm "$folder" | cut -f1) MB on disk"
}

# Commands run in a shell that stays where they go; 'cd' in one block holds for the next.
run() { cd "$1"; set -e; eval "$2"; }
program() { block docs/getting-started.md csharp "$1" > "$folder/home/FirstModel/Program.cs"; run "$folder/home/FirstModel" "dotnet run $2"; }
serve() {
    run "$folder/clone" "$(block docs/getting-started.md bash 2)" &
    local server=$!
    for _ in $(seq 120); do
        sleep 1
        (cd "$folder/home/FirstModel" && eval "$(block docs/getting-started.md bash 3) --silent --fail") && break
    done
    curl --silent --fail http://127.0.0.1:5080/health
    pkill -P "$server" -f ServeModel || true
    kill "$server" || true
}

step "README, comparing strategies" run "$folder/clone" "$(block README.md bash 0 | sed -n 1p)"
[ -n "${NO_TESTS:-}" ] || step "README, tests" run "$folder/clone" "$(block README.md bash 0 | sed -n 2p)"
if [ -n "$data" ]; then
    cp -r "$data"/. "$folder/clone/"
    for line in 1 2 3; do
        step "README, images of one's own, command $line" run "$folder/clone" "$(block README.md bash 1 | sed -n "${line}p")"
    done
fi

step "Getting started, the package" run "$folder/clone" "$(block docs/getting-started.md bash 0)"
step "Getting started, a project" run "$folder/home" "$(block docs/getting-started.md bash 1)"
step "Getting started, images" program 0 ""
step "Getting started, a model" program 1 "-c Release"
step "Getting started, serving it" serve
step "Getting started, a program of one's own" program 2 "-c Release"
echo "In all: $SECONDS s, $(du -sm "$folder" | cut -f1) MB on disk, of which packages $(du -sm "$folder/home/.nuget/packages" | cut -f1) MB"
