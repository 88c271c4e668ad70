"""Add-ons of a TKE cluster, by the names that the cloud has for them."""

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from settings.tke import Tke

LONGEST = "10m"  # that the provider waits for an add-on to run; its own 3 minutes are few for a new cluster


def install(
    name: str, settings: Tke, cluster_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Makes the settings' add-ons. Warns in a preview where none of them enforces NetworkPolicies."""
    if not settings.enforces_network_policies and pulumi.runtime.is_dry_run():
        pulumi.log.warn(
            "cluster.addons has no add-on for NetworkPolicies, so this program's bind nobody: a build may "
            "call nodes, neighbours and the cloud's metadata service: "
            "docs/tencent-cloud.md says how to find its name"
        )
    options = pulumi.ResourceOptions(
        # A refresh puts the add-on's own values there, and without them each `up` would send an update.
        ignore_changes=["rawValues"],
        custom_timeouts=pulumi.CustomTimeouts(create=LONGEST, update=LONGEST, delete=LONGEST),
    )
    return [
        tencentcloud.kubernetes.Addon(
            f"{name}-addon-{addon}",
            cluster_id=cluster_id,
            addon_name=addon,
            addon_version=version or None,
            opts=pulumi.ResourceOptions.merge(opts, options),
        )
        for addon, version in settings.addons.items()
    ]
