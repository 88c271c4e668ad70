#!/bin/sh
# init.sh PROCESS-FILE SERVICES [SOURCE TARGET]...: PID 1 of the node, already in namespaces of its own.
#
# It says who it is, mounts every SOURCE over its TARGET, waits for the link to this machine, and becomes runsvdir, which
# starts every service again when it dies and outlives them all: when PID 1 ends, so does everything in here.
set -eu
process_file=$1
services=$2
shift 2

# /proc is still the machine's, so these are the numbers by which the machine knows us.
read -r stat </proc/self/stat
read -r boot </proc/sys/kernel/random/boot_id
echo "$boot $stat" >"$process_file.new"
mv "$process_file.new" "$process_file"

mount -t proc proc /proc
# A fresh /run: sockets, locks and network namespaces of an earlier life are gone, and none of ours shows on the machine.
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/lock /run/services
while [ $# -gt 0 ]; do
  target=$(readlink -m "$2")
  case $target in
  /run/*) # where /etc/resolv.conf may point
    mkdir -p "${target%/*}"
    touch "$target"
    ;;
  esac
  mount --bind "$1" "$target"
  shift 2
done
# kubelet passes mounts on to containers; nothing gets out of this namespace.
mount --make-rshared /

hostname sandbox
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1

# Whoever started us gives us the link next. If that never happens (Ctrl-C), nothing half-made stays.
tries=300
until ip -4 -oneline address show dev eth0 2>/dev/null | grep -q inet; do
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then
    echo "no link to this machine within 30 s"
    exit 1
  fi
  sleep 0.1
done
exec runsvdir -P "$services"
