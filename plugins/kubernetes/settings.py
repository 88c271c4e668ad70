"""The provider's own configuration, as `kubernetes.Provider(...)` or `kubernetes:` config gives it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "kubernetes:config:"
DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/

    Options about warnings and the official plugin's own client are taken and have no effect.
    """

    kubeconfig: str = ""
    """Contents or path; empty: what kubectl would use."""
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    """Of objects that name none; empty: that of the kubeconfig's context, else `default`."""
    server_side_apply: bool = True
    """False: one field manager name for everything, conflicts overwritten, managed-by label set."""
    patch_force: bool = False
    """Take fields over from other managers instead of failing."""
    upsert_existing: bool = False
    """Create applies onto an object that exists instead of failing."""
    config_map_mutable: bool = False
    secret_mutable: bool = False
    """True: changed data is updated in place, not replaced."""
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False

    @classmethod
    def of(cls, variables: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> Settings:
        """From Configure's variables (`kubernetes:config:<key>`); what is not given is looked up in
        PULUMI_K8S_*.
        """

        def text(key: str) -> str:
            return variables.get(PREFIX + key) or ""

        def flag(key: str, variable: str, default: bool = False) -> bool:
            value = variables.get(PREFIX + key) or environment.get("PULUMI_K8S_" + variable)
            return value == "true" if value else default

        return cls(
            kubeconfig=text("kubeconfig"),
            context=text("context"),
            cluster=text("cluster"),
            namespace=text("namespace"),
            server_side_apply=flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", default=True),
            patch_force=flag("enablePatchForce", "ENABLE_PATCH_FORCE"),
            upsert_existing=flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
            config_map_mutable=flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
            secret_mutable=flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
            delete_unreachable=flag("deleteUnreachable", "DELETE_UNREACHABLE"),
            skip_update_unreachable=flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
        )


def kubeconfig_text(value: Any) -> str | None:
    """A provider's `kubeconfig` property is a string, or the object itself; None when there is none."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value)
