#!/bin/sh
# What a build may take of its node, and what is said of one that takes more. These are functions; the step's own script
# follows in the same file.
set -eu

# kib_in FOLDER: KiB in the folder, and in files that are open and have no name any more. Other filesystems below it are
# mounts of what is in it, and would count twice.
kib_in() {
    {
        du -skx "$1" 2>/dev/null | awk '{ print $1 }'
        # shellcheck disable=SC2012 # of all that a link may lead to, only the end of the line is read
        (set +f && ls -l /proc/[0-9]*/fd/*) 2>/dev/null |
            sed -n -e '\|-> /memfd:|d' -e '\|-> /dev/|d' -e 's|.* \(/proc/[0-9]*/fd/[0-9]*\) -> /.* (deleted)$|\1|p' |
            xargs -r stat -L -c '%d:%i %b' 2>/dev/null | sort -u | awk '{ print $2 / 2 }'
    } | awk '{ kib += $1 } END { printf "%d", kib }'
}

# watch_disk FOLDER KIB NOTE COMMAND...: makes the file NOTE and ends the process whose id the command prints, once the
# folder takes more. It goes on until this shell, or what it has become, ends.
#
# To count is work, and to ask a filesystem what is free is none: so it is counted when enough is gone from there that
# it may be this folder's, and now and then, as others may have freed as much meanwhile.
watch_disk() {
    folder=$1 allowed=$2 note=$3
    shift 3
    counted=$(kib_in "$folder")
    free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
    looks=0
    while sleep "${WATCH_SECONDS:-1}" && kill -0 "$$" 2>/dev/null; do
        now=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
        looks=$((looks + 1))
        [ $((counted + free - now)) -gt "$allowed" ] || [ "$looks" -ge 60 ] || continue
        counted=$(kib_in "$folder")
        free=$now looks=0
        if [ "$counted" -gt "$allowed" ]; then
            : >"$note"
            kill -KILL "$("$@")"
            return
        fi
    done
}

# oom_kills: how many processes of this container the kernel has ended because of its limit. Where it ends the whole
# container (memory.oom.group), nobody is left to ask.
oom_kills() {
    cgroup=${CGROUP_PATH:-/sys/fs/cgroup}
    cat "$cgroup/memory.events" "$cgroup/memory/memory.oom_control" 2>/dev/null |
        awk '$1 == "oom_kill" { kills += $2 } END { printf "%d", kills }'
}

took_disk() {
    fail "the build took more than $DISK_GIB GiB of its node's disk, and builder.diskGib allows no more: raise it, or make \
the layers smaller"
}

took_memory() {
    short_of_memory "the build took more than $MEMORY_GIB GiB of memory, and builder.memoryGib allows no more: raise it"
}

# short_of_memory SENTENCE: ends the step with the sentence and the other way out.
short_of_memory() {
    fail "$1, or let the commands in the Dockerfile take less"
}

# record FOLDER COMMAND...: runs the command and returns its exit code; FOLDER/said has a copy of its output.
record() {
    folder=$1
    shift
    {
        code=0
        "$@" 2>&1 || code=$?
        echo "$code" >"$folder/code"
    } | tee "$folder/said"
    return "$(cat "$folder/code")"
}
