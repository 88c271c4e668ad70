"""Inspection of a cluster: the server of a kubeconfig, its readiness, and its objects."""
