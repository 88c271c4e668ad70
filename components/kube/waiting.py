"""Annotations that tell the Kubernetes provider which conditions to wait for."""

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

NO_WAIT = {"pulumi.com/skipAwait": "true"}
# A Service or an Ingress is ready when its load balancer has an address, an IP or a name. The provider's own
# wait adds ten seconds after each change of the endpoints, whose pods a Deployment waits for already.
ADDRESS = {"pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}"}
# The pods of a deleted object go by themselves; their namespace waits for them.
IN_BACKGROUND = {"pulumi.com/deletionPropagationPolicy": "background"}


def wait_for(conditions: Sequence[str]) -> dict[str, str]:
    """The annotation that waits for all of the conditions: `condition=NAME` or `jsonpath={.PATH}`."""
    return {"pulumi.com/waitFor": conditions[0] if len(conditions) == 1 else json.dumps(conditions)}


def annotated(manifest: Mapping[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
    """A copy of the object with these annotations beside its own."""
    result = copy.deepcopy(dict(manifest))
    meta = result["metadata"]
    meta["annotations"] = {**(meta.get("annotations") or {}), **annotations}
    return result
