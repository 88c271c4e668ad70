#!/bin/sh
# Runs the containers. From the environment: CONFIGURATION (file).
set -eu
exec containerd --config "$CONFIGURATION"
