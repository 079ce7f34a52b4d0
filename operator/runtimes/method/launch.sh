#!/bin/busybox sh
# Runs a Method's command in the Method's own image, of which it needs nothing: inputs as JSON on standard input, standard
# output to the log and, its last part, to /conclave/stdout. Ends as the command ends.
# usage: /conclave/bin/busybox sh /conclave/bin/launch.sh COMMAND [ARGUMENT…]
shared=${CONCLAVE_FOLDER:-/conclave}
busybox=$shared/bin/busybox
kept_bytes=1048576
seconds_for_the_rest=5

# Named pipes: a shell cannot open /dev/stdout again when it belongs to another user.
output=$shared/bin/output last=$shared/bin/last
"$busybox" mkfifo "$output" "$last" || exit 10
"$busybox" tail -c "$kept_bytes" <"$last" >"$shared/stdout" &
tail=$!
"$busybox" tee "$last" <"$output" &
tee=$!

"$@" <"$shared/inputs.json" >"$output" &
command=$!
trap '"$busybox" kill -TERM "$command" 2>/dev/null' TERM INT

# A signal ends `wait` before the command has ended.
wait "$command"
status=$?
while "$busybox" kill -0 "$command" 2>/dev/null; do
  wait "$command"
  status=$?
done

# What the command left running may hold its output open.
{ "$busybox" sleep "$seconds_for_the_rest" && "$busybox" kill "$tee"; } >/dev/null 2>&1 &
wait "$tee"
wait "$tail"
exit "$status"
