#!/bin/sh
# Builds one image with the daemon beside it, and pushes it. Every value comes by environment and is data.
set -eu

fail() {
    printf 'docker-socket: %s\n' "$1" >&2
    exit 1
}

for folder in "$SUBDIRECTORY" "$CONTEXT" "$DOCKERFILE_PATH"; do
    case /$folder/ in
    */../*) fail "the path '$folder' leads out of the repository" ;;
    esac
done
source=$(cd "$WORKSPACE_SOURCE_PATH/$SUBDIRECTORY" 2>/dev/null && pwd -P) || fail "the workspace has no folder '$SUBDIRECTORY'"
place=$(cd "$source/$CONTEXT" 2>/dev/null && pwd -P) || fail "the repository has no folder '$CONTEXT'"
# A link in the repository could lead to the registry's password, which is mounted in this pod.
case $place/ in
"$source"/*) ;;
*) fail "the folder '$CONTEXT' leads out of the repository" ;;
esac
[ -f "$place/$DOCKERFILE_PATH" ] || fail "the repository has no file '$CONTEXT/$DOCKERFILE_PATH'"

# The client writes beside its configuration, and a Secret is read-only.
DOCKER_CONFIG=$(mktemp -d)
export DOCKER_CONFIG
user=
if [ "$WORKSPACE_REGISTRY_AUTH_BOUND" = true ]; then
    cp "$WORKSPACE_REGISTRY_AUTH_PATH/config.json" "$DOCKER_CONFIG/config.json"
    # A registry that is only pulled from has its login in config.json alone.
    if [ -f "$WORKSPACE_REGISTRY_AUTH_PATH/username" ]; then
        user=$(cat "$WORKSPACE_REGISTRY_AUTH_PATH/username")
    fi
fi

path=$REGISTRY_MIRROR
if [ "$REGISTRY_URL" = docker.io ] && [ -z "$path" ]; then
    [ -n "$user" ] || fail "registry_url is docker.io, so registry_mirror or the user name in registry-auth must say whose images they are"
    path=$user
fi
repository=$REGISTRY_URL/${path:+$path/}$IMAGE
tag=$repository:$TAG

# The socket is there before the daemon answers.
deadline=$(($(date +%s) + ${DAEMON_SECONDS:-120}))
until said=$(docker info --format '{{.ServerVersion}}' 2>&1) && [ -n "$said" ]; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "the Docker daemon does not answer: $said"
    sleep 0.5
done
printf 'docker-socket: the daemon %s answers\n' "$said"

set -- --file "$place/$DOCKERFILE_PATH" --tag "$tag"
if [ -n "$REVISION" ]; then
    set -- "$@" --label "org.opencontainers.image.revision=$REVISION"
fi
if [ -n "$SOURCE" ]; then
    set -- "$@" --label "org.opencontainers.image.source=$SOURCE"
fi
work=$(mktemp -d)
code=0
record "$work" docker build "$@" "$place" || code=$?
if [ "$code" != 0 ]; then
    if [ -e "$NOTE" ]; then
        took_disk
    elif grep -Eq '(exit code|non-zero code): 137' "$work/said"; then
        took_memory
    elif ! docker info >/dev/null 2>&1; then
        short_of_memory "the Docker daemon ended in the middle of the build, as it does where the build takes more than \
$MEMORY_GIB GiB of memory: raise builder.memoryGib"
    fi
    exit "$code"
fi
docker push "$tag"
set -f
for other in $TAGS; do
    docker tag "$tag" "$repository:$other"
    docker push "$repository:$other"
done
set +f

# An image may be in several registries: the digest is this one's.
digest=
for reference in $(docker image inspect --format '{{range .RepoDigests}}{{.}} {{end}}' "$tag"); do
    case ${reference%@*} in
    "$repository" | "${repository#docker.io/}") digest=${reference#*@} ;;
    esac
done
[ -n "$digest" ] || fail "Docker names no digest for $tag"
printf '%s' "$tag" >"$RESULT_IMAGE_URL_PATH"
printf '%s' "$digest" >"$RESULT_IMAGE_DIGEST_PATH"
printf 'pushed %s@%s\n' "$tag" "$digest"
