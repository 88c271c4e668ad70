#!/bin/sh
# probe.sh FOLDER: run in new namespaces; says in one sentence what a node would lack in them, or nothing.
# On a fresh machine iptables is not there yet: the probe runs again when the packages are installed.
# FOLDER: an empty one on the file system that shall hold the containers' layers.
set -eu
folder=$1
mkdir "$folder/lower" "$folder/upper" "$folder/work" "$folder/merged"

if ! mount -t overlay overlay "$folder/merged" \
  -o "lowerdir=$folder/lower,upperdir=$folder/upper,workdir=$folder/work" 2>/dev/null; then
  echo "the file system of this folder cannot hold containers (overlayfs does not mount on it)"
elif ! ip link add probe0 type veth peer name probe1 2>/dev/null; then
  echo "the kernel cannot make a pair of network links (module veth)"
elif command -v iptables >/dev/null && ! iptables -t nat -A OUTPUT -p tcp -d 127.0.0.9 -m comment --comment probe -j ACCEPT 2>/dev/null; then
  echo "the kernel cannot translate addresses (iptables -t nat fails)"
elif command -v nft >/dev/null && ! nft -f - 2>/dev/null <<'RULES'; then
table inet probe {
  map verdicts { type ipv4_addr : verdict; }
  chain forward { type filter hook forward priority filter; fib saddr . iif oif missing drop; ip saddr vmap @verdicts; }
}
RULES
  echo "the kernel cannot enforce NetworkPolicies (module nf_tables with maps and nft_fib)"
fi
