#!/bin/sh
# Builds one image with a buildkitd that lives as long as this script, and pushes it.
set -eu

fail() {
    printf 'build-image: %s\n' "$1" >&2
    exit 1
}

source=$(cd "$WORKSPACE_SOURCE_PATH" && pwd -P)
context=$(cd "$source/$PARAM_CONTEXT" 2>/dev/null && pwd -P) || fail "the repository has no folder '$PARAM_CONTEXT'"
# A link in the repository could lead to the registry's password, which is mounted in this pod.
case $context/ in
"$source"/*) ;;
*) fail "the folder '$PARAM_CONTEXT' leads out of the repository" ;;
esac
case /$PARAM_DOCKERFILE/ in
*/../*) fail "the Dockerfile '$PARAM_DOCKERFILE' leads out of the repository" ;;
esac
[ -f "$context/$PARAM_DOCKERFILE" ] || fail "the repository has no file '$PARAM_CONTEXT/$PARAM_DOCKERFILE'"

work=$(mktemp -d)
: >"$work/buildkitd.toml"
if [ -n "$PARAM_INSECURE_REGISTRY" ]; then
    case $PARAM_INSECURE_REGISTRY in
    *[!A-Za-z0-9.:-]*) fail "insecureRegistry is '$PARAM_INSECURE_REGISTRY', but must be HOST:PORT" ;;
    esac
    printf '[registry."%s"]\n  http = true\n  insecure = true\n' "$PARAM_INSECURE_REGISTRY" >"$work/buildkitd.toml"
fi
if [ "$WORKSPACE_REGISTRY_AUTH_BOUND" = true ]; then
    export DOCKER_CONFIG="$WORKSPACE_REGISTRY_AUTH_PATH"
fi

# Each is one name of what is pushed: a comma or a quote in it would be another field to BuildKit.
names=
set -f
# shellcheck disable=SC2086 # tags are separated by spaces
for tag in "$PARAM_TAG" $PARAM_TAGS; do
    case $tag in
    '' | [.-]* | *[!A-Za-z0-9_.-]*) fail "the tag '$tag' is none" ;;
    esac
    names=${names:+$names,}$PARAM_IMAGE:$tag
done
set +f

# The first build has no cache to import, and a registry that refuses one is no reason for a build to fail.
set --
if [ -n "$PARAM_CACHE" ]; then
    cache=type=registry,ref=$PARAM_IMAGE:$PARAM_CACHE
    set -- "--import-cache=$cache" \
        "--export-cache=$cache,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
fi
if [ -n "$PARAM_REVISION" ]; then
    set -- "$@" "--opt=label:org.opencontainers.image.revision=$PARAM_REVISION"
fi
if [ -n "$PARAM_SOURCE" ]; then
    set -- "$@" "--opt=label:org.opencontainers.image.source=$PARAM_SOURCE"
fi

# Without the process sandbox no privilege is needed to mount /proc for each RUN. The daemon gets its time to start:
# two of them share a small node.
export BUILDKITD_FLAGS="--oci-worker-no-process-sandbox --config=$work/buildkitd.toml"
export BUILDCTL_CONNECT_RETRIES_MAX=100

buildctl-daemonless.sh build \
    --progress=plain \
    --frontend=dockerfile.v0 \
    --local=context="$context" \
    --local=dockerfile="$context" \
    --opt=filename="$PARAM_DOCKERFILE" \
    --output="type=image,\"name=$names\",push=true" \
    "$@" \
    --metadata-file="$work/metadata.json"

digest=$(sed -n 's/.*"containerimage\.digest": *"\(sha256:[0-9a-f]\{64\}\)".*/\1/p' "$work/metadata.json")
[ -n "$digest" ] || fail "BuildKit names no digest for $PARAM_IMAGE:$PARAM_TAG"
printf '%s:%s' "$PARAM_IMAGE" "$PARAM_TAG" >"$RESULT_IMAGE_URL_PATH"
printf '%s' "$digest" >"$RESULT_IMAGE_DIGEST_PATH"
printf 'pushed %s:%s@%s\n' "$PARAM_IMAGE" "$PARAM_TAG" "$digest"
