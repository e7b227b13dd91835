#!/usr/bin/env bash
# The real window on a virtual screen: it opens, shows something, answers keys, rests when left alone, and closes.
# Then by pointer and keys: nodes are added, linked, cut, and all is in the savefile; and what frames of 10,000 nodes cost.
# tests/smoke.sh [PROGRAM]    PROGRAM is target/debug/loom; nothing outside a temporary folder is written.
# Polls for what it waits for, so a slow machine makes it slower and not red.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=$(realpath "${1:-target/debug/loom}")
wait_secs=${SMOKE_WAIT:-60}
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
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset 3>"$temp/display" >/dev/null 2>"$temp/xvfb" &
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

window=
find_window() {
  window=$(xwininfo -root -tree 2>/dev/null | awk '/"[^"]*Loom[^"]*":/ && !/ 1x1\+/ {print $1; exit}')
  [ -n "$window" ]
}
shot() { import -window "$window" "$temp/$1.png" 2>/dev/null; }
is_painted() { shot first && [ "$(identify -format %k "$temp/first.png")" -gt 64 ]; }
# open_window PROJECT: until it is painted and has the keyboard.
open_window() {
  local began
  began=$(now_ms)
  rm -f "$temp/frames"
  LOOM_FRAME_LOG="$temp/frames" "$program" "$1" --userdata "$temp/userdata" >"$temp/log" 2>&1 &
  loom=$!
  window=
  until_true "window" find_window
  until_true "picture with more than 64 colours" is_painted
  echo "smoke: painted after $(($(now_ms) - began)) ms, $(identify -format '%wx%h, %k colours' "$temp/first.png")"
  # There is no window manager to give the keyboard to the window.
  xdotool windowfocus --sync "$window" 2>/dev/null || true
}
close_window() {
  local end code=0 left
  xdotool key ctrl+q
  end=$(($(date +%s) + 20))
  while is_alive; do
    [ "$(date +%s)" -lt "$end" ] || fail "the window did not close on Ctrl+Q within 20 s"
    sleep 0.05
  done
  wait "$loom" || code=$?
  loom=
  [ "$code" = 0 ] || fail "the program ended with exit code $code"
  # Whatever it started names the temporary folder on its command line.
  left=$(pgrep -af -- "$temp" || true)
  [ -z "$left" ] || fail "processes were left behind: $left"
}
# Frames that were drawn so far, and until no more come.
frames() { wc -l <"$temp/frames"; }
rests() {
  local before
  before=$(frames)
  sleep 1
  [ "$(frames)" = "$before" ]
}

# act WORDS...: what xdotool does, until the window has drawn it. Of what comes to a slow window within one frame, a drag
# is a click, and a name is typed before there is a field for it.
act() {
  local before seen now end
  before=$(frames)
  xdotool "$@"
  # What changes nothing is not drawn.
  end=$(($(now_ms) + 2000))
  while [ "$(frames)" = "$before" ] && [ "$(now_ms)" -lt "$end" ]; do sleep 0.02; done
  seen=-1 end=$(($(now_ms) + 10000))
  while now=$(frames) && [ "$now" != "$seen" ] && [ "$(now_ms)" -lt "$end" ]; do
    seen=$now
    sleep 0.1
  done
}

open_window "$temp/coins"

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

close_window
echo "smoke: closed with exit code 0, nothing left behind"

# --- add, link, cut, undo, save ---------------------------------------------------------------------------------

"$program" new hands --userdata "$temp/userdata" >/dev/null
hands=$(find "$temp/userdata" -maxdepth 2 -type d -name hands | head -1)
# saved NODES LINKS: the savefile says so. Asked again as long as the save may take.
saved() {
  python3 - "$hands/savefile.json" "$@" <<'PYTHON'
import json, sys
file = json.load(open(sys.argv[1], encoding="utf-8"))
found = (len(file["nodes"]), len(file["connections"]))
sys.exit(found != (int(sys.argv[2]), int(sys.argv[3])))
PYTHON
}
at() { act mousemove --window "$window" "$1" "$2"; }
# drag_to X Y: in steps, as a hand does.
drag_to() {
  act mousedown 1
  act mousemove_relative -- 3 3
  at "$1" "$2"
  act mouseup 1
}
add_at() {
  at "$1" "$2"
  act key Tab
  act type --delay 20 add
  act key Return
}
open_window "$hands"
until_true "rest" rests
# At 100 % and off the grid a node's corner is where the pointer was; its rows are as the theme has them.
at 640 300
act click 1
act key 1 key shift+s
add_at 320 200
add_at 660 300
xdotool key ctrl+s
until_true "savefile with two nodes" saved 2 0
at 540 246
drag_to 660 370
xdotool key ctrl+s
until_true "savefile with their link" saved 2 1
at 600 200
act keydown ctrl
drag_to 600 460
act keyup ctrl
xdotool key ctrl+s
until_true "savefile without the link that was cut" saved 2 0
act key ctrl+z
xdotool key ctrl+s
until_true "savefile with the link that came back" saved 2 1
act key ctrl+z key ctrl+z
xdotool key ctrl+s
until_true "savefile with one node" saved 1 0
shot hands
close_window
echo "smoke: added, linked, cut and undone by hand, and all of it was saved"

# --- a second call, killed, failed, asked to end ----------------------------------------------------------------

# ended CODE: the program has ended with this exit code.
ended() {
  local code=0 end=$(($(date +%s) + wait_secs))
  while is_alive; do
    [ "$(date +%s)" -lt "$end" ] || fail "the program did not end"
    sleep 0.05
  done
  wait "$loom" || code=$?
  loom=
  [ "$code" = "$1" ] || fail "the program ended with exit code $code and not $1"
}
add_one() { add_at 640 300; }
has_journal() { [ -e "$hands/.loom/journal" ]; }

"$program" new other --userdata "$temp/userdata" >/dev/null
open_window "$hands"
until_true "rest" rests
"$program" other --userdata "$temp/userdata" 2>"$temp/second" || fail "the second call failed: $(cat "$temp/second")"
grep -q "is shown in the window that is open already" "$temp/second" || fail "the second call said: $(cat "$temp/second")"
shows_other() { xwininfo -root -tree 2>/dev/null | grep -q '"other – Loom"'; }
until_true "the project of the second call" shows_other
xdotool key ctrl+w
until_true "rest" rests
echo "smoke: a second call opened its project in the window that was open"

add_one
until_true "journal" has_journal
sleep 1
kill -KILL "$loom"
ended 137
open_window "$hands"
until_true "rest" rests
# A question is open: what was not saved is back, and keys go to the question alone.
xdotool key ctrl+s sleep 1
saved 1 0 || fail "no dialog stands in the way after a kill"
act key Return
xdotool key ctrl+s
until_true "savefile with what came back after a kill" saved 2 0
close_window
echo "smoke: killed, and told of it with what came back"

LOOM_FAIL=window open_window "$hands"
add_one || true
ended 2
ls "$temp"/userdata/logs/crash-*.txt >/dev/null 2>&1 || fail "a failure left no report"
grep -q "it was asked to fail" "$temp"/userdata/logs/crash-*.txt || fail "the report does not say why"
open_window "$hands"
until_true "rest" rests
shot crash
act key Return
xdotool key ctrl+s
until_true "savefile with what came back after a failure" saved 3 0
echo "smoke: failed, and told of it with what came back"

add_one
until_true "journal" has_journal
kill -TERM "$loom"
ended 0
open_window "$hands"
until_true "rest" rests
xdotool key ctrl+s
until_true "savefile with what was not saved when the system asked for the end" saved 4 0
close_window
left=$(find "$temp/userdata/windows" -name '*.open')
[ -z "$left" ] || fail "a farewell left a mark: $left"
echo "smoke: ended by the system without a question and without loss"

# --- 10,000 nodes -----------------------------------------------------------------------------------------------

mkdir "$temp/large"
python3 - "$temp/large/savefile.json" <<'PYTHON'
import json, sys
side, nodes, links = 100, [], []
for i in range(side * side):
    x, y = divmod(i, side)
    nodes.append({"nodeId": f"node_{i}", "name": "add", "position": {"x": x * 280, "y": y * 220},
                  "input": [{"var": "a"}, {"var": "b"}], "output": ["result"], "ref": "builtin", "entryFunction": "add"})
    for var, back in (("a", 0), ("b", y % 3)):
        if x and (var == "a" or i % 2):
            links.append({"sourceNodeId": f"node_{i - side - back}", "sourcePort": "result",
                          "targetNodeId": f"node_{i}", "targetPort": var})
file = {"formatVersion": 2, "minReader": 2, "projectId": "large", "projectName": "Large", "metadata": {},
        "nodes": nodes, "connections": links}
json.dump(file, open(sys.argv[1], "w", encoding="utf-8"))
PYTHON
open_window "$temp/large"
until_true "rest with 10,000 nodes" rests
idle=$(frames)
sleep 4
idle=$(($(frames) - idle))
[ "$idle" = 0 ] || fail "$idle frames were drawn in 4 s while nothing happened"
# costs WHAT: of the frames since the last time.
seen=$(frames)
costs() {
  tail -n "+$((seen + 1))" "$temp/frames" | cut -f2 | sort -n | awk -v what="$1" '
    {ms[NR] = $1; slow += $1 > 16.7}
    END {
      if (NR < 5) exit 1
      printf "smoke: 10,000 nodes, %s: CPU per frame median %.1f ms, worst %.1f ms, over 16.7 ms %d of %d frames\n",
        what, ms[int((NR + 1) / 2)], ms[NR], slow, NR
    }' || fail "$1 drew fewer than five frames"
  seen=$(frames)
}
# strokes X Y: the pointer goes there in twenty steps.
strokes() {
  for _ in $(seq 20); do xdotool mousemove_relative -- "$1" "$2" sleep 0.02; done
}
at 640 300
for _ in $(seq 12); do xdotool click 4 sleep 0.02 click 4 sleep 0.02; done
until_true "rest" rests
costs "zoomed in"
xdotool mousedown 2
strokes -6 2
xdotool mouseup 2
until_true "rest" rests
costs "view moved"
xdotool key ctrl+a sleep 0.3 key Escape sleep 0.3
costs "all selected and let go"
at 600 200
xdotool mousedown 1
strokes 4 4
xdotool mouseup 1
until_true "rest" rests
costs "dragged"
for _ in $(seq 12); do xdotool click 5 sleep 0.02 click 5 sleep 0.02; done
until_true "rest" rests
costs "zoomed out"
shot large
close_window
