"""What a stack may set: one module a subject; `Settings.load` reads them all."""

from components.settings.builds import Image, Images, Registry, Repository
from components.settings.cluster import Cluster, Existing, Tke
from components.settings.ingress import Ingress, Tls
from components.settings.settings import Settings, SettingsError

__all__ = [
    "Cluster",
    "Existing",
    "Image",
    "Images",
    "Ingress",
    "Registry",
    "Repository",
    "Settings",
    "SettingsError",
    "Tke",
    "Tls",
]
