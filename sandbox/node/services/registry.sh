#!/bin/sh
# The registry, with a password. From the environment: CONFIGURATION (file).
set -eu
exec docker-registry serve "$CONFIGURATION"
