"""Allowed connections between pods, and the probe that proves them."""

from components.network.policies import NetworkPolicies, NetworkPoliciesArgs
from components.network.proof import prove

__all__ = ["NetworkPolicies", "NetworkPoliciesArgs", "prove"]
