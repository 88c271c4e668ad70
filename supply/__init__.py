"""Where what is deployed comes from: the lock of releases, and a registry with copies of every image."""
