#!/bin/sh
# The Docker daemon beside a build: it listens on a socket that the build's user may open, and on nothing else.
set -euf

watch_disk /var/lib/docker "$((DISK_GIB * 1048576))" "$NOTE" cat /var/run/docker.pid &

# The kernel lets nobody in a container kill its first process: so that is this shell, and not the daemon. With the shell
# ends whatever a killed daemon leaves running.
# shellcheck disable=SC2086 # flags are separated by spaces
dockerd-entrypoint.sh dockerd --host=unix:///var/run/docker.sock "--group=$SOCKET_GROUP" $FLAGS &
server=$!
trap 'kill "$server"' TERM
# A signal ends a wait.
while kill -0 "$server" 2>/dev/null; do
    code=0
    wait "$server" || code=$?
done
exit "$code"
