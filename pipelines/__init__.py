"""Tekton objects of a run, as plain dicts, without Pulumi."""
