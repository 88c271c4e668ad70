#!/bin/sh
# Addresses for Services of type LoadBalancer.
# From the environment: PYTHON, CHECKOUT, KUBECONFIG (files and folder), ADDRESSES (CIDR).
set -eu
cd "$CHECKOUT"
exec "$PYTHON" -m sandbox.node.load_balancer
