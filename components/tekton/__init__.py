"""Tekton, from its releases."""

from components.tekton.tekton import NAMESPACE, Tekton, TektonArgs

__all__ = ["NAMESPACE", "Tekton", "TektonArgs"]
