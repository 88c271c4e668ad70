#!/bin/sh
# The Docker daemon beside a build: it listens on a socket that the build's user may open, and on nothing else.
set -eu

set -- dockerd --host=unix:///var/run/docker.sock "--group=$SOCKET_GROUP"
if [ -n "$INSECURE_REGISTRY" ]; then
    set -- "$@" "--insecure-registry=$INSECURE_REGISTRY"
fi
exec dockerd-entrypoint.sh "$@"
