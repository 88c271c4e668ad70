"""Errors of a node, in words for the user of `make up`."""


class NodeError(Exception):
    """One clear sentence: what is wrong and what to do."""


class NodeBrokenError(NodeError):
    """The node does not come up as it is; a restart, or a clean start, may help."""
