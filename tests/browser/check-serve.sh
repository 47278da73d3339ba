#!/usr/bin/env bash
# Opens the page of examples/ServeModel in headless Chromium: what it asks for, what stands in the console, contrast, cut-off text, keyboard, upload; at 1280 and
# 390 px, light and dark. Leaves screenshots to look at in docs/images.
#
# usage: tests/browser/check-serve.sh [folder for screenshots]
# Needs chromium (or CHROMIUM=path); nothing else.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v "${CHROMIUM:-chromium}" > /dev/null || { echo "Chromium is needed; name it with CHROMIUM=path." >&2; exit 2; }
SERVE_SCREENSHOTS=${1:-$root/docs/images} dotnet test -c Release "$root/tests/ServeModel.Tests" --filter "FullyQualifiedName~Browser"
