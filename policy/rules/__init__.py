"""Rules for every stack, each a function from a resource to sentences on what is wrong with it.

A resource is as the engine gives it: a type token, and inputs in camel case. UNKNOWN stands for what a
preview cannot know.
"""

from collections.abc import Sequence

from .images import exact_images
from .network import no_open_api_server
from .pods import no_host_access, no_privileged_container, pod_security_baseline
from .resource import UNKNOWN, Resource, Rule
from .rights import no_cluster_admin, no_far_reaching_role
from .secrets import no_plain_secret
from .tls import tls_in_production

RULES: Sequence[Rule] = (
    no_privileged_container,
    no_host_access,
    pod_security_baseline,
    exact_images,
    no_cluster_admin,
    no_far_reaching_role,
    no_plain_secret,
    no_open_api_server,
    tls_in_production,
)

__all__ = [
    "RULES",
    "UNKNOWN",
    "Resource",
    "Rule",
    "exact_images",
    "no_cluster_admin",
    "no_far_reaching_role",
    "no_host_access",
    "no_open_api_server",
    "no_plain_secret",
    "no_privileged_container",
    "pod_security_baseline",
    "tls_in_production",
]
