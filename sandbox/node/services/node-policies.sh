#!/bin/sh
# NetworkPolicies' rules, by nft in the node's own network namespace.
# From the environment: PYTHON, CHECKOUT, KUBECONFIG, SOCKET, ADDRESSES (files and folder).
set -eu
cd "$CHECKOUT"
exec "$PYTHON" -m sandbox.node_policies
