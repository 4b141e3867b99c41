#!/bin/sh
# The ratio for the requests that an engine serves, from its own metrics: a scrape, and a sizing of it.
#
#   ratio-from-metrics.sh http://vllm:8000/metrics hardware.json 128                 # all requests since the engine began
#   ratio-from-metrics.sh http://vllm:8000/metrics hardware.json 128 600             # those of the next ten minutes
#   SERVICE=http://afd-sizer ratio-from-metrics.sh …                                 # default http://127.0.0.1:8080
#
# hardware.json is what POST /v1/size takes as hardware. Prints the ratio and the slot load; warnings go to standard error. Needs curl and jq.
set -eu
usage="usage: ratio-from-metrics.sh METRICS_URL HARDWARE_FILE BATCH_SIZE [SECONDS]"
metrics="${1:?$usage}" hardware="${2:?$usage}" batch="${3:?$usage}" seconds="${4:-0}"
case "$batch$seconds" in *[!0-9]*) echo "$usage" >&2; exit 64 ;; esac
service="${SERVICE:-http://127.0.0.1:8080}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

: > "$folder/before"
if [ "$seconds" -gt 0 ]; then
    curl -fsS "$metrics" > "$folder/before"
    sleep "$seconds"
fi
curl -fsS "$metrics" | jq -Rs --rawfile before "$folder/before" --slurpfile hardware "$hardware" --argjson batch "$batch" '{
    workload: (if $before == "" then {metrics: .} else {before: $before, after: .} end),
    hardware: $hardware[0], batch_size: $batch, max_ratio: 512}' > "$folder/request"
answer=$(curl -sS --data-binary "@$folder/request" "$service/v1/size")
if ! printf %s "$answer" | jq -e .recommendation > /dev/null; then
    printf %s "$answer" | jq -r '.detail, (.errors[]? | "\(.pointer): \(.detail)")' >&2
    exit 1
fi
printf %s "$answer" | jq -r '.warnings[] | "warning: \(.detail)"' >&2
printf %s "$answer" | jq -r '"ratio \(.recommendation.ratio), slot load \(.workload.slot_load_mean | round) tokens"'
