"""A Service that something else leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A Service in the cluster."""

    namespace: pulumi.Output[str]
    service: pulumi.Output[str]
    port: int
    pods: Mapping[str, str]
    """The labels of the pods behind it."""
    ready: Sequence[pulumi.Resource] = ()
    """Resources that make the Service, when a controller in the cluster makes it."""

    @property
    def host(self) -> pulumi.Output[str]:
        """Its name for the cluster's pods, whatever the cluster's domain is."""
        return pulumi.Output.concat(self.service, ".", self.namespace, ".svc")
