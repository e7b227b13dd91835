#!/usr/bin/env bash
# The real window on a virtual screen: it opens, shows something, answers keys, rests when left alone, and closes.
# tests/smoke.sh [PROGRAM]    PROGRAM is target/debug/loom; nothing outside a temporary folder is written.
# Polls for what it waits for, so a slow machine makes it slower and not red.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=$(realpath "${1:-target/debug/loom}")
wait_secs=60
most_idle=60 # hundredths of a CPU second in 3 s: a window that paints at display rate on software GL takes over 100

temp=$(mktemp -d)
server='' loom=''
finish() {
  local code=$?
  trap - EXIT
  if [ -n "$loom" ] && kill "$loom" 2>/dev/null; then wait "$loom" 2>/dev/null || true; fi
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then wait "$server" 2>/dev/null || true; fi
  if [ "$code" != 0 ] && [ -n "${SMOKE_PICTURES:-}" ]; then
    mkdir -p "$SMOKE_PICTURES"
    cp "$temp"/*.png "$temp"/log "$SMOKE_PICTURES" 2>/dev/null || true
  fi
  rm -rf "$temp"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
  echo "smoke: $*" >&2
  if [ -s "$temp/log" ]; then
    echo "smoke: the program said:" >&2
    tail -40 "$temp/log" >&2
  fi
  exit 1
}

now_ms() { date +%s%3N; }
is_alive() { kill -0 "$loom" 2>/dev/null; }
# until_true WHAT COMMAND...: poll until the command succeeds; fail when the program ends or time is up.
until_true() {
  local what=$1 end=$(($(date +%s) + wait_secs))
  shift
  until "$@"; do
    is_alive || fail "the program ended while waiting for $what"
    [ "$(date +%s)" -lt "$end" ] || fail "no $what within $wait_secs s"
    sleep 0.05
  done
}

[ -x "$program" ] || fail "$program is not there: cargo build makes it"
for tool in Xvfb xdotool xwininfo import compare identify xclip; do
  command -v "$tool" >/dev/null ||
    fail "$tool is missing: apt-get install -y --no-install-recommends xvfb xdotool xclip imagemagick x11-utils libgl1-mesa-dri"
done

# A screen of its own; the server chooses a free number and says which.
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$temp/display" >/dev/null 2>"$temp/xvfb" &
server=$!
for _ in $(seq 200); do
  [ ! -s "$temp/display" ] || break
  kill -0 "$server" 2>/dev/null || fail "Xvfb did not start: $(cat "$temp/xvfb")"
  sleep 0.05
done
[ -s "$temp/display" ] || fail "Xvfb named no display within 10 s"
mkdir -m 700 "$temp/runtime"
DISPLAY=:$(tr -d '[:space:]' <"$temp/display")
export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 XDG_RUNTIME_DIR="$temp/runtime" NO_AT_BRIDGE=1
unset WAYLAND_DISPLAY WAYLAND_SOCKET DBUS_SESSION_BUS_ADDRESS
# It has named its number, and may still refuse the first connection.
for _ in $(seq 200); do
  ! xwininfo -root >/dev/null 2>&1 || break
  kill -0 "$server" 2>/dev/null || fail "Xvfb ended: $(cat "$temp/xvfb")"
  sleep 0.05
done

# A copy: opening a project may make its .loom folder. What runs made is left behind.
mkdir "$temp/coins"
tar -C examples/coins --exclude=.venv --exclude=.loom --exclude=__pycache__ -cf - . | tar -C "$temp/coins" -xf -

began=$(now_ms)
"$program" "$temp/coins" --userdata "$temp/userdata" >"$temp/log" 2>&1 &
loom=$!
window=
find_window() {
  window=$(xwininfo -root -tree 2>/dev/null | awk '/"[^"]*Loom[^"]*":/ && !/ 1x1\+/ {print $1; exit}')
  [ -n "$window" ]
}
until_true "window" find_window
echo "smoke: window after $(($(now_ms) - began)) ms"

shot() { import -window "$window" "$temp/$1.png" 2>/dev/null; }
is_painted() { shot first && [ "$(identify -format %k "$temp/first.png")" -gt 64 ]; }
until_true "picture with more than 64 colours" is_painted
echo "smoke: painted after $(($(now_ms) - began)) ms, $(identify -format '%wx%h, %k colours' "$temp/first.png")"

cpu() { awk '{sub(/^.*\) /, ""); print $12 + $13}' "/proc/$loom/stat"; }
# Idle is reached when what the start set off is done: several tries, the best counts.
idle=
for _ in 1 2 3 4 5 6; do
  before=$(cpu)
  sleep 3
  is_alive || fail "the program ended by itself"
  idle=$(($(cpu) - before))
  [ "$idle" -gt "$most_idle" ] || break
done
echo "smoke: idle CPU $idle hundredths of a second in 3 s, memory $(awk '/VmRSS/ {print $2, $3}' "/proc/$loom/status")"
[ "$idle" -le "$most_idle" ] || fail "the window paints while nothing happens: $idle hundredths of a CPU second in 3 s"

# Pixels that differ between two pictures.
different() { compare -metric AE -fuzz 4% "$temp/$1.png" "$temp/$2.png" null: 2>&1 | awk '{printf "%d", $1}' || true; }
# There is no window manager to give the keyboard to the window.
xdotool windowfocus --sync "$window" 2>/dev/null || true
xdotool mousemove --window "$window" 640 400
until_true "picture" shot before
palette_pixels=0
palette_shows() {
  shot palette || return 1
  palette_pixels=$(different before palette)
  [ "$palette_pixels" -gt 5000 ]
}
xdotool key ctrl+shift+p
until_true "command palette on Ctrl+Shift+P" palette_shows
xdotool type --delay 20 zoom
palette_is_gone() { shot after && [ "$(different before after)" -lt $((palette_pixels / 2)) ]; }
xdotool key Escape
until_true "closed palette on Escape" palette_is_gone
echo "smoke: the palette opened ($palette_pixels pixels changed) and closed"

is_copied() { timeout 5 xclip -selection clipboard -o 2>/dev/null | grep -q '"loom": "nodes"'; }
xdotool key ctrl+a
xdotool key ctrl+c
until_true "nodes on the system's clipboard after Ctrl+A, Ctrl+C" is_copied
is_drawn() { timeout 5 xclip -selection clipboard -t TARGETS -o 2>/dev/null | grep -q image/png; }
xdotool key ctrl+shift+c
until_true "picture on the system's clipboard after Ctrl+Shift+C" is_drawn
echo "smoke: nodes and picture reached the system's clipboard"

xdotool key ctrl+q
end=$(($(date +%s) + 20))
while is_alive; do
  [ "$(date +%s)" -lt "$end" ] || fail "the window did not close on Ctrl+Q within 20 s"
  sleep 0.05
done
code=0
wait "$loom" || code=$?
loom=
[ "$code" = 0 ] || fail "the program ended with exit code $code"
# Whatever it started names the temporary folder on its command line.
left=$(pgrep -af -- "$temp" || true)
[ -z "$left" ] || fail "processes were left behind: $left"
echo "smoke: closed with exit code 0, nothing left behind"
