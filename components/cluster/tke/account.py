"""Lookups in a Tencent Cloud account. Without credentials a preview goes on without answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import tencentcloud_iac_pulumi as tencentcloud
from pulumi.output import UNKNOWN

CORES, MEMORY_GIB = 2, 8  # of the types that are suggested in place of one that the zone does not have
SOLD_OUT = "SOLD_OUT"


class TkeError(pulumi.RunError):
    """A limit of the cloud or of the account, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class DefaultNetwork:
    """The account's Default VPC, with its subnet in one zone."""

    vpc_id: str
    cidr: str
    subnet_id: str


class TencentCloudLookups:
    """Look-ups through one provider. Raises TkeError without credentials, except in a preview."""

    def __init__(self, region: str, provider: tencentcloud.Provider, *, can_be_asked: bool) -> None:
        self._region = region
        self._opts = pulumi.InvokeOutputOptions(provider=provider)
        self.can_be_asked = can_be_asked
        if not can_be_asked:
            message = (
                "there are no credentials for Tencent Cloud: set TENCENTCLOUD_SECRET_ID and "
                "TENCENTCLOUD_SECRET_KEY in the environment, or the secrets cloudSecretId and cloudSecretKey"
            )
            if not pulumi.runtime.is_dry_run():
                raise TkeError(message)
            pulumi.log.warn(f"{message}; this previews without asking the account anything")

    def default_network(self, zone: str) -> pulumi.Output[DefaultNetwork]:
        """Raises TkeError when the account has no Default VPC with a subnet in the zone."""

        def ask() -> pulumi.Output[DefaultNetwork]:
            vpcs = tencentcloud.vpc.get_instances_output(is_default=True, opts=self._opts)
            subnets = tencentcloud.vpc.get_subnets_output(
                is_default=True, availability_zone=zone, opts=self._opts
            )
            return vpcs.instance_lists.apply(
                lambda vpcs: subnets.instance_lists.apply(lambda entries: self._default(vpcs, entries, zone))
            )

        return self._asked(ask)

    def _default(self, vpcs: list[Any], subnets: list[Any], zone: str) -> DefaultNetwork:
        vpc_subnets = [subnet for subnet in subnets if vpcs and subnet.vpc_id == vpcs[0].vpc_id]
        if not vpc_subnets:
            raise TkeError(
                "cluster.network.kind is 'default', but the account has no Default VPC in "
                f"{self._region} with a subnet in {zone}: use kind own, or name vpcId and subnetId"
            )
        return DefaultNetwork(
            vpc_id=vpcs[0].vpc_id, cidr=vpcs[0].cidr_block, subnet_id=vpc_subnets[0].subnet_id
        )

    def vpc_cidr(self, vpc_id: str) -> pulumi.Output[str]:
        """The addresses of a VPC. Raises TkeError when the account has none of this id."""

        def cidr(vpcs: list[Any]) -> str:
            if not vpcs:
                raise TkeError(
                    f"cluster.network.vpcId is {vpc_id!r}, but the account has no such VPC in {self._region}"
                )
            return str(vpcs[0].cidr_block)

        return self._asked(
            lambda: tencentcloud.vpc.get_instances_output(
                vpc_id=vpc_id, opts=self._opts
            ).instance_lists.apply(cidr)
        )

    def subnet(self, subnet_id: str, vpc_id: str) -> pulumi.Output[str]:
        """The same id. Raises TkeError when the VPC has no such subnet."""

        def ask() -> pulumi.Output[bool]:
            subnets = tencentcloud.vpc.get_subnets_output(subnet_id=subnet_id, opts=self._opts)
            return subnets.instance_lists.apply(
                lambda entries: any(entry.vpc_id == vpc_id for entry in entries)
            )

        return self._existing(
            subnet_id,
            ask,
            f"cluster.network names the subnet {subnet_id}, but {vpc_id} has no such subnet in "
            f"{self._region}: name subnets of that VPC",
        )

    def security_group(self, group_id: str) -> pulumi.Output[str]:
        """The same id. Raises TkeError when the account has no such security group."""

        def ask() -> pulumi.Output[bool]:
            groups = tencentcloud.security.get_groups_output(security_group_id=group_id, opts=self._opts)
            return groups.security_groups.apply(bool)

        return self._existing(
            group_id,
            ask,
            f"cluster.network.securityGroupIds has {group_id}, but the account has no such security group in "
            f"{self._region}",
        )

    def require_available(
        self, types: Mapping[str, str], zone: str, *, spot: bool = False
    ) -> pulumi.Output[list[str]]:
        """The types as the cloud spells them, when the zone has them. `types` is by the key of the setting.

        Raises TkeError that names others which the zone has. One that is sold out is warned of: the nodes
        that are there stay, and other changes go on.
        """
        charge_type = "SPOTPAID" if spot else "POSTPAID_BY_HOUR"
        billing = " as a spot instance" if spot else ""

        def check(entries: list[Any]) -> list[str]:
            spellings = {entry.instance_type.upper(): entry.instance_type for entry in entries}
            for key, name in types.items():
                if name.upper() not in spellings:
                    names = {
                        entry.instance_type
                        for entry in entries
                        if (entry.cpu_core_count, entry.memory_size) == (CORES, MEMORY_GIB)
                        and entry.status != SOLD_OUT
                    }
                    raise TkeError(
                        f"{key} is {name!r}, but {zone} does not offer it now{billing}; with {CORES} "
                        "cores and "
                        f"{MEMORY_GIB} GiB it has {', '.join(sorted(names)) or 'none'}"
                    )
                states = {entry.status for entry in entries if entry.instance_type.upper() == name.upper()}
                if states == {SOLD_OUT}:
                    pulumi.log.warn(
                        f"{key} is {name!r}, which is sold out in {zone}{billing}: no node of it can "
                        "be added "
                        "until it is there again"
                    )
            return [spellings[name.upper()] for name in types.values()]

        filters = [
            tencentcloud.instance.GetTypesFilterArgs(name="zone", values=[zone]),
            tencentcloud.instance.GetTypesFilterArgs(name="instance-charge-type", values=[charge_type]),
        ]
        return self._asked(
            lambda: tencentcloud.instance.get_types_output(
                filters=filters, opts=self._opts
            ).instance_types.apply(check),
            [name.upper() for name in types.values()],
        )

    async def desired_nodes(self, cluster_id: str, pool_id: str) -> int:
        """Number of nodes that the cloud wants a pool to have. Raises TkeError when there is no such pool."""
        pools = tencentcloud.kubernetes.get_cluster_node_pools_output(cluster_id=cluster_id, opts=self._opts)
        for pool in await pools.node_pool_sets.future() or []:
            if pool.node_pool_id == pool_id:
                return int(pool.desired_nodes_num)
        raise TkeError(f"the cluster {cluster_id} has no node pool {pool_id}: run `pulumi refresh`")

    def levels(self) -> pulumi.Output[list[str]]:
        """The sizes of a managed control plane, as L5; empty where the account names none so."""
        asked = tencentcloud.kubernetes.get_cluster_levels_output(opts=self._opts)

        def names(levels: list[Any]) -> list[str]:
            # The SDK's two names of one: what a cluster is given is either of them.
            spellings = [name for level in levels for name in (level.name, level.alias)]
            return [name for name in dict.fromkeys(spellings) if re.fullmatch(r"L\d+", name or "")]

        return asked.lists.apply(names)

    def versions(self, cluster_id: str) -> pulumi.Output[list[str]]:
        """Versions that an existing cluster can be upgraded to."""
        asked = tencentcloud.kubernetes.get_available_cluster_versions_output(
            cluster_id=cluster_id, opts=self._opts
        )
        return asked.versions.apply(lambda versions: list(versions or []))

    def _existing(
        self, identifier: str, ask: Callable[[], pulumi.Output[bool]], error: str
    ) -> pulumi.Output[str]:
        """The identifier, once `ask` has said that it exists; at once where nobody can be asked."""

        def check(exists: bool) -> str:
            if not exists:
                raise TkeError(error)
            return identifier

        return self._asked(lambda: ask().apply(check), identifier)

    def _asked(self, ask: Callable[[], pulumi.Output[Any]], unasked: Any = UNKNOWN) -> pulumi.Output[Any]:
        """The answer; `unasked` where nobody can be asked."""
        return ask() if self.can_be_asked else pulumi.Output.from_input(unasked)
