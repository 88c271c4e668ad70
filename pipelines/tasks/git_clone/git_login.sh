#!/bin/sh
# What the logins of git-clone open: the repository itself and the URLs in loginUrls, and nothing else of their
# servers. These are functions; git_clone.sh follows in the same script.
set -eu

# Functions in parentheses only compare texts: `verbose` is for commands, and stays off in them.

logins=$HOME/.git-login

# place URL: HOST/PATH, the same for each form of an address; status 1 for what is no address of a server.
place() (
    { set +x; } 2>/dev/null
    case $1 in
    http://*/* | https://*/* | ssh://*/*)
        rest=${1#*://}
        host=${rest%%/*} path=${rest#*/}
        ;;
    *://* | *::* | [/.-]*) exit 1 ;;
    *:*) host=${1%%:*} path=${1#*:} ;;
    *) exit 1 ;;
    esac
    host=${host##*@}
    path=${path#/} path=${path%/}
    printf '%s/%s\n' "$(printf '%s' "${host%%:*}" | tr '[:upper:]' '[:lower:]')" "${path%.git}"
)

# server URL: HOST:PORT of an HTTP address, without the scheme's own port.
server() (
    { set +x; } 2>/dev/null
    rest=${1#*://}
    rest=${rest%%/*}
    printf '%s\n' "${rest##*@}" | tr '[:upper:]' '[:lower:]' | sed -E 's/:(80|443)$//'
)

# login_url URL: the address of the same repository that a login opens; status 1 if there is none.
login_url() (
    { set +x; } 2>/dev/null
    set -f
    wanted=$(place "$1") || exit 1
    for listed in "$PARAM_URL" $PARAM_LOGIN_URLS; do
        case $1=$listed in
        # Another port is another server; only SSH has a port of its own.
        http*=http*) [ "$(server "$1")" = "$(server "$listed")" ] || continue ;;
        esac
        if [ "$(place "$listed" || true)" = "$wanted" ]; then
            printf '%s\n' "$listed"
            exit
        fi
    done
    exit 1
)

# public_url URL: where a repository with an SSH address is read without a key.
public_url() (
    { set +x; } 2>/dev/null
    found=$(place "$1") || exit 1
    server=https://${found%%/*}
    case $PARAM_URL in
    http*://*/*) if own=$(place "$PARAM_URL") && [ "${own%%/*}" = "${found%%/*}" ]; then
        rest=${PARAM_URL#*://}
        server=${PARAM_URL%%://*}://${rest%%/*}
    fi ;;
    esac
    printf '%s/%s%s\n' "$server" "${found#*/}" "$(case $1 in *.git) printf .git ;; esac)"
)

# own_login FOLDER URL: the file that the folder's list names for this URL; status 1 if it names none.
own_login() (
    { set +x; } 2>/dev/null
    [ -f "$1/urls" ] || exit 1
    while read -r file url; do
        if [ "$url" = "$2" ]; then
            printf '%s\n' "$file"
            exit
        fi
    done <"$1/urls"
    exit 1
)

# http_login FOLDER: git asks a helper for the login in the folder, and no file gets a copy of the password.
http_login() {
    mkdir -p "$logins"
    : >"$logins/http-allowed"
    cat >"$logins/http" <<'EOF'
# get FOLDER: git's credential helper; name: which repository a description means, as git sees it.
protocol='' host='' path=''
while IFS= read -r line; do
    case $line in
    protocol=*) protocol=${line#*=} ;;
    host=*) host=$(printf '%s' "${line#*=}" | tr '[:upper:]' '[:lower:]') ;;
    path=*) path=${line#*=} ;;
    esac
done
case $protocol:$host in
http:*:80) host=${host%:80} ;;
https:*:443) host=${host%:443} ;;
esac
wanted=$protocol://$host/$path
case $2 in
name) printf '%s\n' "$wanted" ;;
get)
    while IFS= read -r line; do
        if [ "${line#* }" = "$wanted" ]; then
            user=$1/${line%% *}
            printf 'username=%s\npassword=%s\n' "$(cat "$user")" "$(cat "${user%username}password")"
            exit
        fi
    done <"${0%/*}/http-allowed"
    printf 'git-clone: no login is sent to %s: submoduleUrls does not list it\n' "$wanted" >&2
    ;;
esac
EOF
    set -f
    for listed in "$PARAM_URL" $PARAM_LOGIN_URLS; do
        case $listed in
        http://*/* | https://*/*) ;;
        *) continue ;;
        esac
        user=$(own_login "$1" "$listed") || user=username
        # What has no login is public.
        [ -f "$1/$user" ] || continue
        base=${listed%/}
        base=${base%.git}
        for url in "$base" "$base.git" "$base.git/info/lfs"; do
            printf '%s ' "$user" >>"$logins/http-allowed"
            # git itself says how it will ask for this URL: escapes are decoded, for example.
            printf 'url=%s\n\n' "$url" |
                git -c credential.useHttpPath=true -c credential.helper= \
                    -c credential.helper='!f() { echo username=x; echo password=x; }; f' credential fill |
                sh "$logins/http" "$1" name >>"$logins/http-allowed"
        done
        # curl takes the login along to wherever the same host sends it. Without .git a forge may have to send the
        # clone to the name with it, which it does before it asks for a login.
        git config --global "http.$base.git.followRedirects" false
    done
    set +f
    git config --global credential.useHttpPath true
    git config --global credential.helper "!sh '$logins/http' '$1'"
}

# ssh_login FOLDER OPTIONS KEYS: git calls a script that calls ssh, with these options, for what a key may open: one
# that the folder has for this URL, or else KEYS, which are options too.
ssh_login() {
    mkdir -p "$logins"
    : >"$logins/ssh-allowed"
    cat >"$logins/ssh" <<'EOF'
# ssh for git and git-lfs. With LOGIN_NAMES=FILE, it writes down which repository is asked for, behind this word.
port=22 destination='' command='' option=''
for argument; do
    if [ -n "$option" ]; then
        if [ "$option" = -p ]; then port=$argument; fi
        option=''
        continue
    fi
    case $destination:$argument in
    :-p | :-o) option=$argument ;;
    :-*) ;;
    :*) destination=$argument ;;
    *) command="${command:+$command }$argument" ;;
    esac
done
case $command in
"git-upload-pack '"*"'") path=${command#*\'} path=${path%\'} ;;
'git-lfs-authenticate '*' download' | 'git-lfs-transfer '*' download') path=${command#* } path=${path% download} ;;
*)
    printf 'git-clone: ssh is for fetching alone, and not for: %s\n' "$command" >&2
    exit 1
    ;;
esac
path=${path#/} path=${path%/}
host=$(printf '%s' "${destination##*@}" | tr '[:upper:]' '[:lower:]')
wanted=ssh://$host:$port/${path%.git}
if [ -n "${LOGIN_NAMES-}" ]; then
    printf '%s %s\n' "$LOGIN_NAMES" "$wanted" >>"${0%/*}/ssh-allowed"
    exit 1
fi
key=''
while IFS= read -r line; do
    if [ "${line#* }" = "$wanted" ]; then
        key=${line%% *}
        break
    fi
done <"${0%/*}/ssh-allowed"
if [ -z "$key" ]; then
    printf 'git-clone: no key is offered to %s: submoduleUrls does not list it\n' "$wanted" >&2
    exit 1
fi
# A forge takes the first key that it knows, and with another repository's it knows nobody's repository.
EOF
    cat >>"$logins/ssh" <<EOF
if [ "\$key" = - ]; then set -- $3 "\$@"; else set -- -o IdentitiesOnly=yes -i '$1'/"\$key" "\$@"; fi
exec ssh $2 "\$@"
EOF
    export GIT_SSH_COMMAND="sh '$logins/ssh'" GIT_SSH_VARIANT=ssh
    set -f
    for listed in "$PARAM_URL" $PARAM_LOGIN_URLS; do
        case $listed in
        http://* | https://* | file://* | *::*) ;;
        *)
            key=$(own_login "$1" "$listed") || key=-
            LOGIN_NAMES=$key git ls-remote -- "$listed" >/dev/null 2>&1 || true
            ;;
        esac
    done
    set +f
}

