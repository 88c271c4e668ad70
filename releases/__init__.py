"""The upstream manifests and images of a stack, and the hosts that they come from."""
