#!/bin/sh
# forge.sh ARGUMENT...: runs Gitea with these arguments as `nobody`, for Gitea refuses root.
#
# Gitea is given its program, its static files and its state by bind mounts in a mount namespace of its own: where the
# checkout or the cache lies below a closed folder (/root), nobody else could reach them by their path.
# From the environment: FORGE_STATE (folder), FORGE_PROGRAM (file), FORGE_STATIC (folder, if it exists).
set -eu

if [ -z "${FORGE_INSIDE-}" ]; then
  exec env FORGE_INSIDE=1 unshare --mount --propagation private -- "$0" "$@"
fi

mounts=$FORGE_STATE/mounts
mkdir -p "$mounts"
mount -t tmpfs -o mode=0755,size=64k tmpfs "$mounts"
mkdir "$mounts/work" "$mounts/static"
touch "$mounts/gitea"
mount --bind "$FORGE_STATE/work" "$mounts/work"
if [ -d "$FORGE_STATIC" ]; then mount --bind "$FORGE_STATIC" "$mounts/static"; fi
mount --bind "$FORGE_PROGRAM" "$mounts/gitea"
mount --rbind "$mounts" /srv

cd /srv/work
# No variable comes along: a proxy of this machine has no say in where Gitea delivers.
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
  env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/srv/work USER=nobody LANG=C.UTF-8 TMPDIR=/srv/work/tmp \
  /srv/gitea --config /srv/work/app.ini "$@"
