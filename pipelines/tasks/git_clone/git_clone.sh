#!/bin/sh
# Clones one revision of a repository. Every value comes by environment and is data: nothing here is evaluated.
set -eu

fail() {
    printf 'git-clone: %s\n' "$1" >&2
    exit 1
}

if [ "$PARAM_VERBOSE" = true ]; then
    set -x
fi

# What git would take for an option, for a refspec, or for two arguments.
case $PARAM_URL in
'' | -*) fail "the URL '$PARAM_URL' is none" ;;
esac
case $PARAM_REVISION in
-* | +* | *:* | *'*'* | *[[:space:]]* | *[[:cntrl:]]*) fail "the revision '$PARAM_REVISION' is none" ;;
esac
case $PARAM_DEPTH in
'' | *[!0-9]*) fail "depth is '$PARAM_DEPTH', but must be a number" ;;
esac
case /$PARAM_SUBDIRECTORY/ in
*/../*) fail "subdirectory is '$PARAM_SUBDIRECTORY', but must stay inside the workspace" ;;
esac

export GIT_TERMINAL_PROMPT=0
# Where an image's git has the filter of git-lfs, a checkout would ask whatever server .lfsconfig names.
export GIT_LFS_SKIP_SMUDGE=1

# --- Who we are at the server ---------------------------------------------------------------------------------

if [ "$WORKSPACE_BASIC_AUTH_BOUND" = true ]; then
    auth=$WORKSPACE_BASIC_AUTH_PATH
    if [ -f "$auth/urls" ] || { [ -f "$auth/username" ] && [ -f "$auth/password" ]; }; then
        http_login "$auth"
    else
        cp "$auth/.git-credentials" "$auth/.gitconfig" "$HOME/"
        chmod 400 "$HOME/.git-credentials"
        chmod 600 "$HOME/.gitconfig"
    fi
fi

if [ "$WORKSPACE_SSH_DIRECTORY_BOUND" = true ]; then
    # A mounted Secret is a set of links with modes that ssh refuses. ssh reads the home of the user's entry in
    # /etc/passwd, not $HOME: so every file is named to it.
    keys=$HOME/.ssh
    mkdir -p "$keys"
    cp -L "$WORKSPACE_SSH_DIRECTORY_PATH"/* "$keys/"
    chmod 700 "$keys"
    chmod 400 "$keys"/*
    # A shell reads these, with their quotes.
    options="-o UserKnownHostsFile='$keys/known_hosts' -o StrictHostKeyChecking=yes"
    if [ -f "$keys/config" ]; then
        options="$options -F '$keys/config'"
    fi
    identities=
    for key in "$keys"/id_* "$keys/ssh-privatekey"; do
        case $key in
        *.pub) ;;
        *) if [ -f "$key" ]; then identities="$identities -i '$key'"; fi ;;
        esac
    done
    ssh_login "$keys" "$options" "$identities"
fi

if [ "$WORKSPACE_SSL_CA_DIRECTORY_BOUND" = true ]; then
    export GIT_SSL_CAINFO="$WORKSPACE_SSL_CA_DIRECTORY_PATH/$PARAM_CRT_FILE_NAME"
fi
git config --global http.sslVerify "$PARAM_SSL_VERIFY"
if [ -n "$PARAM_HTTP_PROXY" ]; then export http_proxy="$PARAM_HTTP_PROXY"; fi
if [ -n "$PARAM_HTTPS_PROXY" ]; then export https_proxy="$PARAM_HTTPS_PROXY"; fi
if [ -n "$PARAM_NO_PROXY" ]; then export no_proxy="$PARAM_NO_PROXY"; fi

# --- Where it goes --------------------------------------------------------------------------------------------

checkout=$WORKSPACE_OUTPUT_PATH/$PARAM_SUBDIRECTORY
checkout=${checkout%/}
mkdir -p "$checkout"
if [ "$PARAM_DELETE_EXISTING" = true ]; then
    find "$checkout" -mindepth 1 -maxdepth 1 -exec rm -rf -- {} +
fi
# The volume's root belongs to root: git would call the repository in it somebody else's.
git config --global --add safe.directory "$checkout"
git init --quiet "$checkout"
cd "$checkout"
git config remote.origin.url "$PARAM_URL"

if [ -n "$PARAM_SPARSE_CHECKOUT_DIRECTORIES" ]; then
    printf '%s\n' "$PARAM_SPARSE_CHECKOUT_DIRECTORIES" | tr ',' '\n' | git sparse-checkout set --stdin
fi

# --- What is fetched ------------------------------------------------------------------------------------------

# ask GIT'S COMMAND: a server that is busy or cannot be reached is asked again. What it refuses, it will refuse again.
ask() {
    for pause in ${FETCH_PAUSES-1 3 9} last; do
        said=$(LC_ALL=C git "$@" 2>&1) && return
        printf '%s\n' "$said" >&2
        case $said in
        *'Could not resolve host'* | *'Failed to connect'* | *'Connection '* | *'timed out'* | *'early EOF'*) ;;
        *'hung up unexpectedly'* | *'returned error: 5'* | *'returned error: 429'*) ;;
        *) return 1 ;;
        esac
        [ "$pause" != last ] || return 1
        sleep "$pause"
    done
}

set -- --no-tags --force --update-head-ok
if [ "$PARAM_DEPTH" -gt 0 ]; then
    set -- "$@" "--depth=$PARAM_DEPTH"
fi
set -- "$@" -- origin
if [ -n "$PARAM_REFSPEC" ]; then
    set -f
    # shellcheck disable=SC2086 # several refspecs in one parameter are separate arguments
    set -- "$@" $PARAM_REFSPEC
    set +f
    wanted=${PARAM_REVISION:-FETCH_HEAD}
else
    set -- "$@" "${PARAM_REVISION:-HEAD}"
    wanted=FETCH_HEAD
fi
ask fetch --quiet "$@" || fail "cannot fetch '${PARAM_REVISION:-HEAD}' from $PARAM_URL"
git -c advice.detachedHead=false checkout --quiet --force --detach "$wanted"

commit=$(git rev-parse HEAD)
if printf '%s' "$PARAM_REVISION" | grep -Eqx '[0-9a-f]{40}|[0-9a-f]{64}' && [ "$commit" != "$PARAM_REVISION" ]; then
    fail "asked for $PARAM_REVISION, but got $commit"
fi

# public URL: whether anybody may read the repository. A network that drops what it does not allow lets git wait for
# minutes, and git asks again and again.
public() {
    for _ in 1 2 3; do
        if timeout "${PUBLIC_SECONDS:-20}" git ls-remote --quiet -- "$1" HEAD >/dev/null 2>&1; then return; fi
    done
    return 1
}

# submodules: fetches those of the repository in this folder, and theirs. Which URL a submodule has is for whoever
# pushes to say, so it only chooses among those that a login may open, and is public otherwise.
submodules() (
    [ -f .gitmodules ] || exit 0
    git submodule --quiet init || fail "cannot read .gitmodules of $(git config remote.origin.url)"
    git config --local --name-only --get-regexp '^submodule[.].*[.]url$' | while read -r name; do
        url=$(git config --local "$name")
        if ! place=$(login_url "$url"); then
            case $url in
            http://* | https://*) continue ;;
            esac
            place=$(public_url "$url") || continue
            public "$place" || fail "cannot fetch the submodule $url, as $place is not public: one that is private must be in \
submoduleUrls of the repository's settings"
        fi
        git config --local "$name" "$place"
    done
    set -- submodule --quiet update
    if [ "$PARAM_DEPTH" -gt 0 ]; then
        set -- "$@" "--depth=$PARAM_DEPTH"
    fi
    ask "$@" || fail "cannot fetch the submodules of $(git config remote.origin.url): one that is private must be in \
submoduleUrls of the repository's settings"
    git submodule --quiet foreach pwd | while read -r folder; do
        (cd "$folder" && submodules </dev/null) || exit 1
    done
)
if [ "$PARAM_SUBMODULES" = true ]; then
    submodules
fi

if [ "$PARAM_LFS" = true ]; then
    git lfs install --local --skip-smudge --skip-repo >/dev/null
    set -- lfs pull origin
    endpoint=
    if [ -e .lfsconfig ] || git cat-file -e HEAD:.lfsconfig 2>/dev/null; then
        endpoint=$(git config --blob HEAD:.lfsconfig lfs.url ||
            git config --blob HEAD:.lfsconfig remote.origin.lfsurl || printf '%s' "$PARAM_URL")
        if place=$(login_url "${endpoint%/info/lfs}"); then
            case $place in
            http*) place=${place%/} place=${place%.git}.git/info/lfs ;;
            esac
            # It comes before all that .lfsconfig says.
            git config --local lfs.url "$place"
        else
            # git-lfs would send the login of origin to every URL of its host.
            set -- -c credential.helper= "$@"
        fi
    fi
    ask "$@" || fail "cannot fetch the files in Git LFS from ${endpoint:-$PARAM_URL}: what .lfsconfig names, and is \
private, must be in submoduleUrls of the repository's settings"
fi

# --- What has changed -----------------------------------------------------------------------------------------

# Two trees are compared, which takes both commits and nothing between them. A branch that is new has only zeros before
# it, and after a forced push the server may have forgotten what was there: then all is new.
before=
case $PARAM_BEFORE in
*[!0-9a-f]*) fail "the commit before is '$PARAM_BEFORE', but must be a commit" ;;
*[!0]*)
    if ask fetch --quiet --no-tags --depth=1 -- origin "$PARAM_BEFORE"; then
        before=$PARAM_BEFORE
    else
        printf 'git-clone: there is no %s any more, so every folder counts as changed\n' "$PARAM_BEFORE" >&2
    fi
    ;;
esac
changed=
for folder in $PARAM_FOLDERS; do
    if [ -z "$before" ] || ! git diff --quiet "$before" "$commit" -- "$folder"; then
        changed="${changed:+$changed,}\"$folder\""
    fi
done

printf '[%s]' "$changed" >"$RESULT_CHANGED_PATH"
printf '%s' "$commit" >"$RESULT_COMMIT_PATH"
git rev-parse --short HEAD | tr -d '\n' >"$RESULT_COMMIT_SHORT_PATH"
printf '%s' "$PARAM_URL" >"$RESULT_URL_PATH"
