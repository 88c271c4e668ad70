"""Helpers for Kubernetes objects, used by all components."""
