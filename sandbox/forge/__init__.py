"""The forge on this machine: Gitea with one repository."""
