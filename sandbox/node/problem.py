"""Errors of a node, in words for the user of `make up`."""


class NodeProblem(Exception):
    """One clear sentence: what is wrong and what to do."""


class NodeBroken(NodeProblem):
    """The node does not come up as it is; a restart, or a clean start, may help."""
