"""The registry on this machine, and the server of rendered releases."""
