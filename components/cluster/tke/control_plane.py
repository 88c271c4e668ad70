"""Version and size of a control plane: what the cloud would refuse is said before anything is planned."""

import pulumi

from components.cluster.recorded_state import RecordedState
from components.cluster.tke.account import TencentCloudLookups, TkeError
from settings.levels import LEVELS
from settings.tke import Tke

MINORS = 2  # from one version of TKE to the next: it has even minors only


def checked_version(settings: Tke, state: RecordedState, account: TencentCloudLookups) -> pulumi.Input[str]:
    """The version, once a cluster that is there may have it. Raises TkeError.

    There is no way back, and no version may be left out (Tencent Cloud, 457/30640). What a new cluster may
    have, no look-up of the provider tells.
    """
    version, recorded = settings.version, state.cluster_version
    if recorded in ("", version):
        return version
    (_, minor, patch), (_, minor_there, patch_there) = _numbers(version), _numbers(recorded)
    sentence = f"cluster.version is {version}, but the cluster has {recorded}"
    if (minor, patch) < (minor_there, patch_there):
        raise TkeError(f"{sentence}, and TKE takes no cluster back: set it to {recorded} or a later one")
    if minor > minor_there + MINORS:
        raise TkeError(
            f"{sentence}, and TKE leaves out no version: deploy one of 1.{minor_there + MINORS} before it"
        )

    def check(versions: list[str]) -> str:
        if version not in versions:
            raise TkeError(
                f"{sentence}, which can go to {', '.join(sorted(versions)) or 'no other one'} now; where it "
                f"was upgraded elsewhere, run `pulumi refresh --stack {pulumi.get_stack()}`"
            )
        return version

    if not (account.can_be_asked and state.cluster_id):
        return version
    return account.versions(state.cluster_id).apply(check)


def checked_level(settings: Tke, state: RecordedState, account: TencentCloudLookups) -> pulumi.Input[str]:
    """The level, once the account has one of this name. Raises TkeError.

    Warns of more nodes than it is for.
    """
    level, max_nodes = settings.level, settings.nodes.max_nodes
    if max_nodes > LEVELS[level].nodes:
        larger = next((name for name, limits in LEVELS.items() if max_nodes <= limits.nodes), "")
        pulumi.log.warn(
            f"cluster.nodes.maxNodes is {max_nodes}, but cluster.level is {level}, which is for "
            f"{LEVELS[level].nodes} "
            + (
                "nodes: the cloud raises it, and its price, when there are more"
                if settings.auto_upgrade_level
                else f"nodes: set it to {larger}, or cluster.autoUpgradeLevel to true"
            )
        )

    def check(names: list[str]) -> str:
        if names and level not in names:
            raise TkeError(f"cluster.level is {level!r}, but {settings.region} has {', '.join(names)}")
        return level

    # Of a cluster that is there, a level that the cloud raises by itself is not sent.
    is_sent = level != state.cluster_level and not (state.cluster_level and settings.auto_upgrade_level)
    return account.levels().apply(check) if is_sent and account.can_be_asked else level


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)
