# Runs the server given as arguments for as long as our parent holds the other end of stdin: when that ends,
# by intent or because the parent died, the server is asked to end its sessions and shut down (SIGINT).
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ read -r _ <&3; kill -INT "$server"; } 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
status=$?
kill "$watch" 2>/dev/null
exit "$status"
