#!/bin/sh
# The Docker daemon beside a build: it listens on a socket that the build's user may open, and on nothing else.
set -euf

daemon() { cat /var/run/docker.pid; }
watch_disk /var/lib/docker "$((DISK_GIB * 1048576))" "$NOTE" &

# shellcheck disable=SC2086 # flags are separated by spaces
exec dockerd-entrypoint.sh dockerd --host=unix:///var/run/docker.sock "--group=$SOCKET_GROUP" $FLAGS
