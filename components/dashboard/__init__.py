"""Tekton's Dashboard, and the login before it."""

from components.dashboard import oauth2_proxy
from components.dashboard.dashboard import NAMESPACE, PODS, PORT, Dashboard, DashboardArgs, runs_page

__all__ = ["NAMESPACE", "PODS", "PORT", "Dashboard", "DashboardArgs", "oauth2_proxy", "runs_page"]
