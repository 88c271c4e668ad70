#!/bin/sh
# Runs the pods: the control plane's from /etc/kubernetes/manifests, then the cluster's.
# From the environment: PROGRAM (kubelet), ADDRESS (the node's).
set -eu
exec "$PROGRAM" --config=/var/lib/kubelet/config.yaml --kubeconfig=/etc/kubernetes/kubelet.conf \
  --hostname-override=sandbox --node-ip="$ADDRESS"
