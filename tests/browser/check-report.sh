#!/usr/bin/env bash
# Opens reports in headless Chromium and fails on: a request to anywhere, a console message, a page wider than its window, text that is cut off,
# too small or too pale, labels of charts that overlap, and what the keyboard does not reach or does not show; at 1280 and 390 px, light and dark. Leaves screenshots and PDFs to look at.
#
# usage: tests/browser/check-report.sh [folder of reports]
# Without a folder it makes reports of experiments by formula. Needs chromium (or CHROMIUM=path); nothing else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
browser=${CHROMIUM:-chromium}
command -v "$browser" > /dev/null || { echo "Chromium is needed; name it with CHROMIUM=path." >&2; exit 2; }

reports=${1:-}
if [ -z "$reports" ]; then
  reports=$(mktemp -d)
  dotnet run -c Release --project "$root/benchmarks/TruncatedTL.MLNet.Benchmarks" -- report-samples --out "$reports"
fi

reports=$(cd "$reports" && pwd)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chrome() {
  "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking --disable-component-update \
    --allow-file-access-from-files --user-data-dir="$profile" --enable-logging=stderr "$@"
}

failed=0
found=0
for page in $(find "$reports" -name report.html | sort); do
  found=1
  folder=$(dirname "$page")
  for scheme in light dark; do
    for width in 1280 390; do
      preferred=$([ $scheme = dark ] && echo 0 || echo 1)
      dump=$(chrome --blink-settings=preferredColorScheme=$preferred --window-size=1400,1000 --virtual-time-budget=20000 \
        --dump-dom "file://$here/probe.html?width=$width&page=file://$page" 2> "$profile/log")
      result=$(sed -n '/<pre id="result">/,/^end/p' <<< "$dump" | sed 's/<pre id="result">//; /^end/d')
      messages=$(grep -c 'CONSOLE' "$profile/log" || true)
      echo "$(basename "$folder") $scheme $width px: ${result:-the probe gave no answer}$([ "$messages" = 0 ] || echo "; $messages console messages")"
      if [[ "$result" != "faults: 0"* ]] || [ "$messages" != 0 ]; then
        grep 'CONSOLE' "$profile/log" || true
        failed=1
      fi
    done
  done

  chrome --window-size=1280,2400 --screenshot="$folder/report-1280.png" "file://$page" 2> /dev/null
  chrome --no-pdf-header-footer --print-to-pdf="$folder/report.pdf" "file://$page" 2> /dev/null
done

[ $found = 1 ] || { echo "There is no report.html under $reports." >&2; exit 2; }
echo "Screenshots and PDFs: $reports"
exit $failed
