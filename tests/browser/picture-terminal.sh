#!/usr/bin/env bash
# Takes the picture of a terminal for docs/images: the live table of 'ttl compare' in the middle of its work, and the table of results at its end.
#
# usage: tests/browser/picture-terminal.sh [folder for the picture]
# Needs tmux, aha (Debian: apt-get install tmux aha) and chromium (or CHROMIUM=path). COLUMNS_WIDE is the width of the terminal, default 100. TTL names the command; unless
# given it is built and started from here.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
pictures=$(cd "${1:-$root/docs/images}" && pwd)
columns=${COLUMNS_WIDE:-100}
rows=34
browser=${CHROMIUM:-chromium}
for program in tmux aha "$browser"; do
  command -v "$program" > /dev/null || { echo "'$program' is missing." >&2; exit 2; }
done

if [ -z "${TTL:-}" ]; then
  dotnet build -c Release "$root/src/TruncatedTL.MLNet.Tool" > /dev/null
  TTL="dotnet $root/src/TruncatedTL.MLNet.Tool/bin/Release/net10.0/ttl.dll"
fi

folder=$(mktemp -d)
terminal() { tmux -L "ttl-picture-$$" "$@"; }
trap 'terminal kill-server 2> /dev/null || true; rm -rf "$folder"' EXIT
cat > "$folder/rc" <<RC
PS1='\$ '
ttl() { $TTL "\$@"; }
RC
terminal -f /dev/null new-session -d -x "$columns" -y "$rows" -c "$folder" "TERM=tmux-256color bash --noprofile --rcfile $folder/rc -i"
terminal send-keys 'clear; ttl compare --data formula --size 64 --epochs 12 --strategies LinearProbe "TransFusion(layer3.1, slim=2)" FromScratch' Enter

# Whether what the terminal shows fulfils a condition, waiting for it.
shows() {
  local text
  for _ in $(seq 6000); do
    text=$(terminal capture-pane -p)
    "$1" "$text" && return 0
    sleep 0.1
  done
  echo "It never showed what the picture is of:" >&2
  echo "$text" >&2
  return 1
}
is_under_way() { [ "$(grep -c ' stopped \| finished ' <<< "$1")" -ge 5 ] && grep -q 'about .* left' <<< "$1" && grep -q 'epoch [0-9]* of at most' <<< "$1"; }
is_done() { grep -q '^Model experiment' <<< "$1"; }

capture() { terminal capture-pane -e -p | sed -e :a -e '/^[[:space:]]*$/{$d;N;ba' -e '}'; }
shows is_under_way
capture > "$folder/middle"
shows is_done
sleep 1
capture | sed '$d' > "$folder/end"      # without the prompt

window() { echo "<pre>$(aha --no-header < "$1")</pre>"; }
{
  cat <<HTML
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>terminal</title>
<style>
  body { margin: 0; padding: 14px; background: #fff; width: max-content; }
  pre { margin: 0; padding: 14px 16px; border-radius: 10px; background: #14191f; color: #dde3e9; font: 14px/19px "DejaVu Sans Mono", monospace; width: ${columns}ch; overflow: hidden; }
  pre + pre { margin-top: 14px; }
</style>
HTML
  # Colours of the page instead of aha's, which are for a white one.
  { window "$folder/middle"; window "$folder/end"; } \
    | sed 's/filter: [^;]*;//g; s/color:green/color:#6fdc8c/g; s/color:olive/color:#f2cc60/g; s/color:red/color:#ff8f87/g; s/color:\(dimgray\|gray\|silver\)/color:#93a1ad/g; s/background-color:[a-z]*;//g'
} > "$folder/page.html"
height=$(( $(cat "$folder/middle" "$folder/end" | wc -l) * 19 + 2 * 28 + 14 + 28 ))
"$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=2 --user-data-dir="$folder/profile" \
  --window-size="$((columns * 843 / 100 + 60 + 1)),$height" --screenshot="$pictures/terminal.png" "file://$folder/page.html" 2> /dev/null
echo "$pictures/terminal.png"
