#!/bin/sh
# Builds one image with a buildkitd that lives as long as this script, or with a shared one, and pushes it.
set -eu

fail() {
    printf 'build-image: %s\n' "$1" >&2
    exit 1
}

# What of the kernel's settings is in the way of a user namespace and of a mount in it, and what to do.
hindrance() {
    proc=${PROC_PATH:-/proc}
    setting() { cat "$proc/sys/$1" 2>/dev/null || true; }
    status() { sed -n "s/^$1:[[:space:]]*//p" "$proc/self/status"; }
    if [ "$(setting user/max_user_namespaces)" = 0 ]; then
        echo 'user.max_user_namespaces is 0; set it to 15000 there with sysctl'
    elif [ "$(setting kernel/unprivileged_userns_clone)" = 0 ]; then
        echo 'kernel.unprivileged_userns_clone is 0; set it to 1 there with sysctl'
    elif [ "$(status NoNewPrivs)" = 1 ]; then
        echo 'the step may not gain privileges, and newuidmap must; its namespace needs Pod Security baseline'
    elif [ "$(status Seccomp)" = 2 ]; then
        echo 'a seccomp profile binds the step; turn off seccompDefault in the configuration of its kubelet'
    elif [ "$(setting kernel/apparmor_restrict_unprivileged_userns)" = 1 ]; then
        echo 'AppArmor does; set kernel.apparmor_restrict_unprivileged_userns to 0 there with sysctl'
    else
        echo 'none of the settings known to do so; rootlesskit says above what it met'
    fi
}

# With the argument `watched` this is buildkitd as buildctl-daemonless.sh starts it, in the user namespace in which all of
# its layers can be read: `watched NOTE ARGUMENTS...`.
if [ "${1-}" = watched ]; then
    note=$2
    shift 2
    watch_disk "$LAYERS" "${DISK_KIB:-$((DISK_GIB * 1048576))}" "$note" echo "$$" &
    exec buildkitd "$@"
fi

# bounded LOG: ends the step with a sentence where the build has ended because it took too much.
bounded() {
    if [ -n "$SHARED_BUILDKITD" ]; then
        if grep -q 'exit code: 137' "$1"; then
            short_of_memory "a command was killed, as happens where the builds at buildkitd take more than $MEMORY_GIB GiB of \
memory for each of builder.parallel: raise builder.memoryGib"
        elif grep -q 'no space left on device' "$1"; then
            fail "the volume of buildkitd is full: raise builder.buildkitdVolumeGib, or make the layers smaller"
        fi
    elif [ -e "$work/note" ]; then
        took_disk
    elif [ "$(oom_kills)" -gt 0 ]; then
        took_memory
    fi
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

if [ -n "$SHARED_BUILDKITD" ]; then
    buildkit() { buildctl --addr="$SHARED_BUILDKITD" --tlsdir="$CERTIFICATES" --timeout=30 "$@"; }
else
    # What BuildKit needs first, tried by itself: where the node forbids it, BuildKit's own words name no remedy.
    mkdir "$work/tried"
    if ! said=$(rootlesskit mount -t tmpfs none "$work/tried" 2>&1); then
        printf '%s\n' "$said" >&2
        fail "the node forbids a build without root: $(hindrance)"
    fi
    printf '%s' "$BUILDKITD_CONFIG" >"$work/buildkitd.toml"
    # Without the process sandbox no privilege is needed to mount /proc for each RUN. The daemon gets its time to
    # start: two of them share a small node.
    export BUILDKITD_FLAGS="--oci-worker-no-process-sandbox --config=$work/buildkitd.toml"
    export BUILDCTL_CONNECT_RETRIES_MAX=100
    export BUILDKITD="sh $0 watched $work/note"
    buildkit() { buildctl-daemonless.sh "$@"; }
fi

# A registry or a shared daemon that is busy, or starts again, is asked again: what is built by then is there, and not
# built twice. What a Dockerfile fails at, it will fail at again.
unreachable='Unavailable|failed to push|failed to do request|failed to fetch|failed to copy|connection (refused|reset)|i/o timeout'
refused=': (401 Unauthorized|403 Forbidden)|authorization failed'
for pause in ${PUSH_PAUSES-2 10 30} last; do
    code=0
    record "$work" buildkit build \
        --progress=plain \
        --frontend=dockerfile.v0 \
        --local=context="$context" \
        --local=dockerfile="$context" \
        --opt=filename="$PARAM_DOCKERFILE" \
        --output="type=image,\"name=$names\",push=true" \
        "$@" \
        --metadata-file="$work/metadata.json" || code=$?
    [ "$code" != 0 ] || break
    if grep -Eq '^error: .*(429 Too Many Requests|toomanyrequests)' "$work/said"; then
        printf 'build-image: a registry has a limit of pulls, and it is reached: %s\n' \
            'give a login in builder.registries, or a mirror in builder.registryMirrors' >&2
        # One of hours, by its own words.
        if grep -q 'pull rate limit' "$work/said"; then exit "$code"; fi
    fi
    bounded "$work/said"
    [ "$pause" != last ] || exit "$code"
    grep -E "^error: .*($unreachable)" "$work/said" | grep -Evq "$refused" || exit "$code"
    printf 'build-image: it is tried again in %s s\n' "$pause" >&2
    sleep "$pause"
done

digest=$(sed -n 's/.*"containerimage\.digest": *"\(sha256:[0-9a-f]\{64\}\)".*/\1/p' "$work/metadata.json")
[ -n "$digest" ] || fail "BuildKit names no digest for $PARAM_IMAGE:$PARAM_TAG"
printf '%s:%s' "$PARAM_IMAGE" "$PARAM_TAG" >"$RESULT_IMAGE_URL_PATH"
printf '%s' "$digest" >"$RESULT_IMAGE_DIGEST_PATH"
printf 'pushed %s:%s@%s\n' "$PARAM_IMAGE" "$PARAM_TAG" "$digest"
