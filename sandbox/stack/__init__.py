"""The stack on this machine: settings, state, environment."""
