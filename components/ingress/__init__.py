"""The way into the cluster: an ingress controller, or a load balancer of the listener's own."""

from components.ingress import nginx, traefik
from components.ingress.change import check_ingress
from components.ingress.ingress import Ingress, IngressArgs
from components.ingress.route import IngressController, Route, RouteArgs

__all__ = [
    "Ingress",
    "IngressArgs",
    "IngressController",
    "Route",
    "RouteArgs",
    "check_ingress",
    "nginx",
    "traefik",
]
