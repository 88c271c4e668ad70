"""A Kubernetes node in namespaces of its own: one process tree, one state folder, one link."""

from sandbox.node.node import Node
from sandbox.node.problem import NodeError

__all__ = ["Node", "NodeError"]
