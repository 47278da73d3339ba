#!/usr/bin/env bash
# Runs the tests of the library and of the command line with coverage, and prints line and branch coverage of src: by folder, for each assembly, and in all.
# Usage: scripts/coverage.sh [filter for dotnet test, e.g. FullyQualifiedName~Tests.Search]
#        scripts/coverage.sh --reports FOLDER    only prints what stands in the reports of such a run
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --reports ]; then
  results=$2
else
  results=$(mktemp -d)
  trap 'rm -rf "$results"' EXIT
  # Without --collect the settings alone would start no collector within the tests' process, and its hits would be lost.
  for tests in TruncatedTL.MLNet.Tests TruncatedTL.MLNet.Tool.Tests; do
    dotnet test "tests/$tests" --configuration Release ${1:+--filter "$1"} --collect "XPlat Code Coverage" --settings scripts/coverage.runsettings --results-directory "$results" >&2
  done
fi

mapfile -t reports < <(find "$results" -name coverage.cobertura.xml)
[ ${#reports[@]} -gt 0 ] || { echo "No report of coverage was written." >&2; exit 1; }
awk '
  # Several classes and several reports may speak of one line: it is covered where one of them says so. Branches stand as condition-coverage="50% (1/2)" at their line, for each class on its own;
  # of several reports the better one counts, which is at most what they cover together.
  /<package / { match($0, /name="[^"]*"/); assembly = substr($0, RSTART + 6, RLENGTH - 7) }
  /<class / {
    match($0, / name="[^"]*"/); class = substr($0, RSTART + 7, RLENGTH - 8)
    match($0, /filename="[^"]*"/); file = substr($0, RSTART + 10, RLENGTH - 11)
    sub(/^.*TruncatedTL\.MLNet(\.Tool)?\//, "", file)
    folder = file ~ /\// ? file : "(root)"; sub(/\/.*/, "", folder); folder = assembly "/" folder
  }
  /<methods/ { inMethods = 1 }
  /<\/methods/ { inMethods = 0 }
  # Protocol buffers and other code that the build generates lie in obj.
  /<line / && !inMethods && folder !~ /\/obj$/ {
    match($0, /number="[0-9]*"/); line = assembly "|" file "|" substr($0, RSTART + 8, RLENGTH - 9); folders[line] = folder; assemblies[line] = assembly
    if ($0 !~ /hits="0"/) { hit[line] = 1 }
    if (match($0, /\([0-9]+\/[0-9]+\)/)) {
      split(substr($0, RSTART + 1, RLENGTH - 2), part, "/"); place = line "|" class; lineOf[place] = line
      if (part[1] > taken[place]) { taken[place] = part[1] }
      branches[place] = part[2]
    }
  }
  END {
    for (line in folders) { count(folders[line], 1, hit[line] + 0, 0, 0); count(assemblies[line], 1, hit[line] + 0, 0, 0); count("all of src", 1, hit[line] + 0, 0, 0) }
    for (place in lineOf) { line = lineOf[place]; count(folders[line], 0, 0, branches[place], taken[place] + 0); count(assemblies[line], 0, 0, branches[place], taken[place] + 0); count("all of src", 0, 0, branches[place], taken[place] + 0) }
    for (name in lines) { if (name ~ /\//) { print text(name) | "sort" } }
    close("sort")
    for (name in lines) { if (name !~ /\// && name != "all of src") { print text(name) | "sort" } }
    close("sort")
    print text("all of src")
  }
  function count(name, l, h, b, t) { lines[name] += l; covered[name] += h; ways[name] += b; gone[name] += t }
  function text(name) {
    return sprintf("%-38s lines %5d/%5d = %5.1f %%   branches %5d/%5d = %5.1f %%", name, covered[name], lines[name], 100 * covered[name] / lines[name], gone[name], ways[name], ways[name] ? 100 * gone[name] / ways[name] : 100)
  }' "${reports[@]}"
