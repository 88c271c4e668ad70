"""What a stack may set: one module a subject; `Settings.load` reads them all."""

from components.settings.builds import Builder, Image, Images, Registry, Repository
from components.settings.cluster import Cluster, Existing
from components.settings.commit_status import CommitStatus
from components.settings.dashboard import BasicAuth, Dashboard, NoLogin, OAuth2Proxy
from components.settings.ingress import Ingress, Tls
from components.settings.runs import Runs
from components.settings.settings import Settings, SettingsError
from components.settings.tke import Tke
from components.settings.webhook import Webhook

__all__ = [
    "BasicAuth",
    "Builder",
    "Cluster",
    "CommitStatus",
    "Dashboard",
    "Existing",
    "Image",
    "Images",
    "Ingress",
    "NoLogin",
    "OAuth2Proxy",
    "Registry",
    "Repository",
    "Runs",
    "Settings",
    "SettingsError",
    "Tke",
    "Tls",
    "Webhook",
]
