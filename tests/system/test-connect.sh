#!/bin/bash
# --connect: a local libvirt daemon (a private one, started here) instead of the embedded driver; and what
# happens when it is stopped or killed in the middle.
. "$(dirname "$0")/lib.sh"
need_root connect
inventory >"$work/before"
lv=$work/lv
mkdir "$lv"
uri="qemu:///system?socket=$lv/libvirt-sock"
pause() { read -rt "$1" <> <(:) || true; }

start_daemon() {
  rm -f "$lv/libvirt-sock"
  bash tests/system/private-libvirtd.sh "$lv" >"$lv/log" 2>&1 &
  daemon=$!
  for _ in $(seq 100); do
    [ -S "$lv/libvirt-sock" ] && virsh -c "$uri" version >/dev/null 2>&1 && return
    pause 0.1
  done
  bad daemon-starts "$(tail -n 2 "$lv/log" | tr '\n' ' ')"
  exit
}
stop_daemon() {
  kill -CONT $daemon 2>/dev/null
  kill $daemon 2>/dev/null
  wait $daemon 2>/dev/null
}

# The names of its domains; a daemon that does not answer has not said that there are none.
domains() { virsh -c "$uri" list --all --name | tr -d '\n' && [ "${PIPESTATUS[0]}" = 0 ] || echo "virsh fails"; }

start_daemon
check runs-on-a-daemon "$TARE" run --arm host --arm vm --quick --accel tcg --connect "$uri" -o "$work/run"
same status complete "$(json "$work/run/run.json" 'd["status"]' 2>&1 | tail -1)"
cat >"$work/has.py" <<'E'
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1] + "/samples.jsonl")]
vm = {s["metric"]: s for s in rows if s.get("metric") and s["arm"] == "vm"}
print(vm["memory.pss"]["status"], vm["boot.ready"]["status"], vm["network.rx"]["status"], vm["processes.total"]["status"])
E
same "what-a-foreign-network-allows" "ok ok skipped ok" "$(python3 "$work/has.py" "$work/run" 2>&1 | tail -1)"
same no-domain-left "" "$(domains)"

# A stopped daemon hangs its callers for ever: the run ends by its deadline with a named error.
"$TARE" run --arm vm --quick --blocks 2 --accel tcg --connect "$uri" -o "$work/stopped" >"$work/said" 2>&1 &
pid=$!
pause 2
kill -STOP $daemon
end=$((SECONDS + 240))
while kill -0 $pid 2>/dev/null && [ $SECONDS -lt $end ]; do pause 0.2; done
if kill -0 $pid 2>/dev/null; then
  bad stopped-daemon-ends-by-deadline "still running after 240 s"
  kill -KILL $pid
else
  ok stopped-daemon-ends-by-deadline
fi
wait $pid
case $? in 5 | 7) ok stopped-daemon-exit-code ;; *) bad stopped-daemon-exit-code "got $?, $(tail -n 2 "$work/said")" ;; esac
check stopped-daemon-is-named grep -qE "libvirt" "$work/said"
kill -CONT $daemon
pause 1
"$TARE" gc >/dev/null 2>&1
same no-domain-left-after-stop "" "$(domains)"

# A killed daemon leaves its QEMU behind: gc ends it.
"$TARE" run --arm vm --quick --blocks 2 --accel tcg --connect "$uri" -o "$work/killed" >"$work/said" 2>&1 &
pid=$!
end=$((SECONDS + 60))
until pgrep -f 'guest=tare-' >/dev/null || ! kill -0 $pid 2>/dev/null || [ $SECONDS -gt $end ]; do pause 0.1; done
check killed-daemon-had-a-qemu pgrep -f 'guest=tare-'
pause 2
kill -KILL $daemon
wait $daemon 2>/dev/null
wait $pid
case $? in 5 | 7) ok killed-daemon-exit-code ;; *) bad killed-daemon-exit-code "$(tail -n 2 "$work/said")" ;; esac
"$TARE" gc >/dev/null 2>&1
same no-qemu-left 0 "$(pgrep -fc 'guest=tare-' || true)"

for u in qemu+ssh://host/system qemu+tcp://host/system qemu://host/system; do
  out=$("$TARE" run --arm vm --quick --connect "$u" -o "$work/remote" 2>&1)
  same "refused-$u" 2 $?
  case $out in *"run tare on that host"*) ok "refused-with-reason-$u" ;; *) bad "refused-with-reason-$u" "$out" ;; esac
done
# Taken where this libvirt has the driver; its own words where there is no player. Untested with one.
out=$("$TARE" run --arm vm --quick --connect vmwareplayer:///session -o "$work/player" 2>&1)
if command -v vmplayer vmrun >/dev/null; then
  skip vmwareplayer "[hardware] a player is installed, and nothing here was made for it"
else
  case $out in
  *"vm: cannot connect to vmwareplayer:///session: libvirt: "*) ok vmwareplayer-says-why ;;
  *) bad vmwareplayer-says-why "$out" ;;
  esac
fi
stop_daemon
clean nothing-left "$work/before"
