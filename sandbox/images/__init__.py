"""Container images made without any engine: a few files in a tar, or a Debian userland."""
