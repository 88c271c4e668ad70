"""A real Kubernetes node, real Tekton and a real forge, made on one Linux machine."""
