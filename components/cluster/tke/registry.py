"""TCR as the registry of a TKE cluster's builds: its namespace, the way to it inside the VPC, and the login.

Nothing of it is open to the internet: the registry's own domain leads to an address in the VPC there.
"""

from dataclasses import dataclass

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.tke.account import TkeError
from components.cluster.tke.network import TkeNetwork
from settings import Registry
from settings.secrets import BasicAuthCredentials
from settings.tcr import Tcr
from settings.tke import Tke

PREFIX = "tcr$"  # that the cloud puts before the name of a service account
ACTIONS = ["tcr:CreateRepository", "tcr:PullRepository", "tcr:PushRepository"]


@dataclass(frozen=True, kw_only=True)
class TkeRegistryArgs:
    settings: Tke
    """Settings of the cluster, with `tcr` set."""
    registry: Registry
    """Registry that images are pushed to; the first part of its namespace is TCR's."""
    network: TkeNetwork


class TkeRegistry(pulumi.ComponentResource):
    """A registry, new or found, that the cluster's VPC is attached to, with an account for the builds."""

    login: BasicAuthCredentials
    """Credentials of the account. The password is shown once; it stays in the stack's state, encrypted."""
    egress: list[pulumi.Output[str]]
    """The address of the registry inside the VPC, as a range."""

    def __init__(self, name: str, args: TkeRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Registry", name, None, opts)
        settings, tcr = args.settings, args.settings.tcr
        assert tcr is not None, "whoever makes it has settings of it"
        child = pulumi.ResourceOptions(parent=self)
        namespace = args.registry.namespace.partition("/")[0]
        registry_id: pulumi.Input[str] = tcr.instance_id
        depends_on: list[pulumi.Resource] = []
        domain = pulumi.Output.from_input(args.registry.server)
        if tcr.name:
            instance = self._instance(name, settings, tcr)
            registry_id, domain = instance.id, instance.public_domain
            depends_on = [self._namespace(f"{name}-namespace", namespace, registry_id)]
        attachment = tencentcloud.tcr.VpcAttachment(
            f"{name}-attachment",
            instance_id=registry_id,
            vpc_id=args.network.vpc_id,
            subnet_id=args.network.subnet_id,
            enable_public_domain_dns=True,
            opts=child,
        )
        account = tencentcloud.tcr.ServiceAccount(
            f"{name}-account",
            registry_id=registry_id,
            name=settings.name,
            description="tekton-builds: pushes what is built",
            permissions=[{"resource": namespace, "actions": ACTIONS}],
            # The provider refuses to change them, and does not say so before.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=depends_on, replace_on_changes=["name", "registryId"]
            ),
        )
        password: pulumi.Output[str] = pulumi.Output.secret(
            pulumi.Output.all(account.password, domain).apply(
                lambda values: _checked(str(values[0]), str(values[1]), args.registry.server)
            )
        )
        self.login = BasicAuthCredentials(username=f"{PREFIX}{settings.name}", password=password)
        self.egress = [attachment.access_ip.apply(lambda address: f"{address}/32")]
        self.register_outputs({})

    def _instance(self, resource: str, settings: Tke, tcr: Tcr) -> tencentcloud.tcr.Instance:
        """A registry of its own."""
        return tencentcloud.tcr.Instance(
            resource,
            name=tcr.name,
            instance_type=tcr.edition,
            # The bucket of its images would be billed on.
            delete_bucket=True,
            tags=settings.tags or None,
            opts=pulumi.ResourceOptions(parent=self, protect=settings.deletion_protection),
        )

    def _namespace(self, resource: str, name: str, registry_id: pulumi.Input[str]) -> pulumi.Resource:
        """The part of the registry that builds may push to."""
        return tencentcloud.tcr.Namespace(
            resource,
            instance_id=registry_id,
            name=name,
            # The cloud deletes none that has images; with the registry, all go.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )


def _checked(password: str, domain: str, server: str) -> str:
    """The same password. Raises TkeError when images would go elsewhere than to the registry."""
    if domain != server:
        raise TkeError(
            f"registry.server is {server!r}, but the registry that cluster.tcr has made is {domain}: "
            f"`pulumi config set --path registry.server {domain}`"
        )
    return password
