"""Enforces NetworkPolicies on the sandbox's node by nftables.

Every pod hangs on an interface of its own (`ptp`), so that all it sends meets the node's forward or input
hook.
"""
