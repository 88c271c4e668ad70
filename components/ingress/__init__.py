"""The way into the cluster: an ingress controller, and endpoints that it, or a load balancer, leads to."""

from components.ingress.change import check_ingress
from components.ingress.endpoint import Endpoint, EndpointArgs, create_endpoint
from components.ingress.ingress import Ingress, IngressArgs
from components.ingress.nginx import NAMESPACE as NGINX_NAMESPACE
from components.ingress.route import IngressController, Route, RouteArgs
from components.ingress.traefik import CLASS as TRAEFIK_CLASS
from components.ingress.traefik import NAMESPACE as TRAEFIK_NAMESPACE
from components.ingress.traefik import ROLE as TRAEFIK_ROLE
from components.ingress.traefik_pod import PORTS as TRAEFIK_PORTS

__all__ = [
    "NGINX_NAMESPACE",
    "TRAEFIK_CLASS",
    "TRAEFIK_NAMESPACE",
    "TRAEFIK_PORTS",
    "TRAEFIK_ROLE",
    "Endpoint",
    "EndpointArgs",
    "Ingress",
    "IngressArgs",
    "IngressController",
    "Route",
    "RouteArgs",
    "check_ingress",
    "create_endpoint",
]
