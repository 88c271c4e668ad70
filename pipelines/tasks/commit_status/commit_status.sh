#!/bin/sh
# Tells the forge how the build of a commit stands. Whatever happens, it ends with 0: see its log for why a commit has
# no status.
set -eu

line='
'

give_up() {
    printf 'commit-status: %s; the build goes on without it\n' "$1" >&2
    exit 0
}

# Reasons of tasks that did what they should, or had nothing to do.
failed=
cancelled=
for task in $PARAM_TASKS; do
    case ${task#*=} in
    Succeeded | Completed | None | '') ;;
    *Cancelled) cancelled=${task%%=*} ;;
    *) failed="${failed:+$failed, }${task%%=*}" ;;
    esac
done
logs="tkn pipelinerun logs -n $PARAM_NAMESPACE $PARAM_RUN"
case $PARAM_OUTCOME in
pending) state=pending said="building: $logs" ;;
Succeeded | Completed) state=success said="built: $PARAM_RUN" ;;
*)
    if [ -n "$failed" ]; then
        state=failure said="failed: $failed"
    elif [ -n "$cancelled" ] || [ "$PARAM_OUTCOME" = None ]; then
        state=error said='cancelled'
    else
        state=failure said='failed'
    fi
    said="$said; $logs"
    # GitHub refuses more than 140 characters.
    [ "${#said}" -le 140 ] || said="$state: $logs"
    ;;
esac

target=
[ -z "$PARAM_LINK" ] || target="$PARAM_LINK$PARAM_RUN"
for value in "$PARAM_CONTEXT" "$said" "$target"; do
    case $value in
    *[\"\\]* | *[[:cntrl:]]*) give_up "a value would break out of its quotes" ;;
    esac
done
case $PARAM_REVISION in
'' | *[!0-9a-f]*) give_up "'$PARAM_REVISION' is no commit" ;;
esac
body=$(printf '{"state":"%s","context":"%s","description":"%s"%s}' \
    "$state" "$PARAM_CONTEXT" "$said" "${target:+,\"target_url\":\"$target\"}")

# The token is in no argument: every process of the pod could read those.
token=$(tr -d '[:space:]' <"$WORKSPACE_TOKEN_PATH/token") || give_up 'there is no token'
answer=$(printf 'header = "Authorization: Bearer %s"\n' "$token" | curl --config - \
    --silent --show-error --max-time 15 --retry 4 --retry-all-errors --retry-max-time 45 \
    --header 'Content-Type: application/json' --data "$body" --write-out '\n%{http_code}' \
    "$PARAM_API/repos/$PARAM_REPOSITORY/statuses/$PARAM_REVISION") || give_up "$PARAM_API cannot be reached"
code=${answer##*"$line"}
case $code in
2??) printf '%s: %s\n' "$state" "$said" ;;
*) give_up "$PARAM_API answers $code: $(printf %s "${answer%"$line"*}" | tr -d '\n' | cut -c 1-300)" ;;
esac
