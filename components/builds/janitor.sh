#!/bin/sh
# Keeps order among the PipelineRuns of one namespace, for ever: a run that a newer push has overtaken is cancelled, one
# that waits starts when there is room, and of those that are done the last ones stay.
#
# From the environment: NAMESPACE; SELECTOR, the labels of our runs; LINE and PIPELINE, labels that say which branch
# of which repository a run is for, and which Pipeline it ran; LIMIT, how many build at once, or 0; CANCEL, true or
# false; KEEP, how many runs of a Pipeline stay; DAYS, how long one stays at most; PAUSE, seconds between two looks.
set -eu

# name, line, pipeline, when it began, when it ended, and whether it was cancelled; - for what is not there.
template='{{range .items}}{{.metadata.name}} {{or (index .metadata.labels "'$LINE'") "-"}} {{or (index .metadata.labels "'$PIPELINE'") "-"}} {{.metadata.creationTimestamp}} {{if .status}}{{or .status.completionTime "-"}}{{else}}-{{end}} {{or .spec.status "-"}}
{{end}}'

runs() {
    kubectl --namespace "$NAMESPACE" get pipelineruns --selector "$SELECTOR" --output "go-template=$template"
}

# Times are of one form, so they can be compared as text. Two pushes in one second: nobody knows which was the
# first, so both go on.
overtaken() {
    awk '{ if ($4 > newest[$2]) newest[$2] = $4; line[$1] = $2; began[$1] = $4
            going[$1] = ($5 == "-" && ($6 == "-" || $6 == "PipelineRunPending")) }
        END { for (run in line) if (going[run] && line[run] != "-" && began[run] < newest[line[run]]) print run }'
}

# The oldest first, as many as there is room for. Without a limit nothing waits, but what an earlier limit has left.
next() {
    sort -k4,4 | awk -v limit="$LIMIT" '$5 == "-" && $6 != "PipelineRunPending" { running++ }
        $6 == "PipelineRunPending" { waiting[++last] = $1 }
        END { for (i = 1; i <= last && (limit == 0 || running < limit); i++) { running++; print waiting[i] } }'
}

outlived() {
    oldest=$(date -u -d "@$(($(date +%s) - DAYS * 86400))" +%Y-%m-%dT%H:%M:%SZ)
    sort -k4,4r | awk -v keep="$KEEP" -v oldest="$oldest" '$5 != "-" && (++seen[$3] > keep || $5 < oldest) { print $1 }'
}

start='[{"op": "test", "path": "/spec/status", "value": "PipelineRunPending"}, {"op": "remove", "path": "/spec/status"}]'
while :; do
    if found=$(runs); then
        if [ "$CANCEL" = true ]; then
            for run in $(printf '%s\n' "$found" | overtaken); do
                echo "cancel $run: a newer push to its branch is being built"
                kubectl --namespace "$NAMESPACE" patch pipelinerun "$run" --type merge \
                    --patch '{"spec":{"status":"CancelledRunFinally"}}' || true # it may have ended meanwhile
            done
        fi
        for run in $(printf '%s\n' "$found" | next); do
            # It may have been cancelled meanwhile.
            kubectl --namespace "$NAMESPACE" patch pipelinerun "$run" --type json --patch "$start" || true
        done
        for run in $(printf '%s\n' "$found" | outlived); do
            kubectl --namespace "$NAMESPACE" delete pipelinerun "$run" --wait=false --ignore-not-found || true
        done
    fi
    [ "$PAUSE" != never ] || exit 0
    sleep "$PAUSE"
done
