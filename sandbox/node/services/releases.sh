#!/bin/sh
# Release manifests over HTTP, under the paths of the official server. From the environment: LISTEN (HOST:PORT), FOLDER.
set -eu
exec busybox httpd -f -p "$LISTEN" -h "$FOLDER"
