"""What every component does with Kubernetes objects, whatever they are for."""
