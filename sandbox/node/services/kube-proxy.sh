#!/bin/sh
# Services' addresses, by iptables in the node's own network namespace.
# From the environment: PROGRAM (kube-proxy), CONFIGURATION (file).
set -eu
exec "$PROGRAM" --config="$CONFIGURATION"
