"""The settings of a stack, one module a subject; `Settings.load` reads them all."""

from settings.builds import Builder, Image, Images, Registry, Repository
from settings.cluster import Cluster, Existing
from settings.commit_status import CommitStatus
from settings.dashboard import BasicAuth, Dashboard, NoLogin, OAuth2Proxy
from settings.ingress import Ingress, Tls
from settings.mistakes import SettingsError
from settings.runs import Runs
from settings.settings import Settings
from settings.tke import Tke
from settings.webhook import Webhook

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
