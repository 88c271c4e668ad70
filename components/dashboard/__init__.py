"""Tekton's Dashboard, and the login before it."""

from components.dashboard.dashboard import NAMESPACE, PODS, PORT, Dashboard, DashboardArgs, runs_page
from components.dashboard.oauth2_proxy import ELSEWHERE as LOGIN_ELSEWHERE
from components.dashboard.oauth2_proxy import POD as LOGIN_PODS
from components.dashboard.oauth2_proxy import PORT as LOGIN_PORT

__all__ = [
    "LOGIN_ELSEWHERE",
    "LOGIN_PODS",
    "LOGIN_PORT",
    "NAMESPACE",
    "PODS",
    "PORT",
    "Dashboard",
    "DashboardArgs",
    "runs_page",
]
