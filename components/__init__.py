"""The deployed components: the boxes of the picture, one package each.

Nothing here knows which environment it is in.

A room is imported by what its `__init__` offers, and no room imports one that imports it. `kube` is below
them all: what every room does with Kubernetes objects.
"""
