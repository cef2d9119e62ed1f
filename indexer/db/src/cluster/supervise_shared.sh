# Runs the server given after the first argument until nobody has held a lock on that first argument, a file,
# for ten seconds. While shutting down it holds the lock itself, so that whoever comes next waits and starts anew.
lock=$1
shift
"$@" </dev/null &
server=$!
exec 9<"$lock"
idle=0
while [ "$idle" -lt 10 ] && kill -0 "$server" 2>/dev/null; do
    sleep 1
    if flock --exclusive --nonblock 9; then
        idle=$((idle + 1))
        [ "$idle" -lt 10 ] && flock --unlock 9
    else
        idle=0
    fi
done
kill -INT "$server" 2>/dev/null
wait "$server"
