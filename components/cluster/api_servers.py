"""Addresses at which pods reach the API server, as a NetworkPolicy must name them."""

from collections.abc import Sequence
from typing import cast

import pulumi
from pulumi.output import UNKNOWN

from inspection import cluster as inspection
from inspection.kubeconfig import read

ApiServers = Sequence[tuple[str, int]]
"""Address and port of each, behind the Service `kubernetes`."""


class ApiServerError(pulumi.RunError):
    """An API server that does not answer, in one sentence."""


def api_servers_of(kubeconfig: pulumi.Output[str]) -> pulumi.Output[ApiServers]:
    """Addresses at which pods reach the API server of a cluster that this program makes.

    Unknown in a preview where it is not there yet, or where its way in is about to change.
    """

    def ask(text: str) -> pulumi.Output[ApiServers]:
        try:
            return pulumi.Output.from_input(inspection.look(read(text)).api_servers())
        except inspection.UnreachableError as error:
            if pulumi.runtime.is_dry_run():
                return pulumi.Output.from_input(cast(ApiServers, UNKNOWN))
            raise ApiServerError(f"the new cluster's API server cannot be asked: {error}") from None

    # Addresses inside of a cluster open nothing.
    return pulumi.Output.unsecret(kubeconfig).apply(ask)
