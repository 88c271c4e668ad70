"""What can go wrong with a node, in words for whoever ran `make up`."""


class NodeProblem(Exception):
    """One clear sentence: what is wrong and what to do."""


class NodeBroken(NodeProblem):
    """The node does not come up as it is; a restart, or a clean start, may help."""
