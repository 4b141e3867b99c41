#!/bin/sh
# Would this change have helped? Replays a log of requests, of the last hour say, through what runs now and through what is meant to run, before
# anything is touched.
#
#   would-it-have-helped.sh request.json log.csv.gz plan.json       # what runs now against a plan's answer, both as they are
#   would-it-have-helped.sh request.json log.csv.gz                 # what runs now, under each of the request's policies
#   SERVICE=http://afd-sizer would-it-have-helped.sh …              # default http://127.0.0.1:8080
#
# request.json is what POST /v1/replay takes, without a trace: hardware, the deployment that runs, limits, policies. The log has a row for each
# request: when it came, tokens of its prompt, tokens of its answer. Prints a table; warnings go to standard error. Exits with 0 where something
# keeps the limits for as many requests with fewer device-hours, or for more of them; with 3 where nothing does. Needs curl and jq.
set -eu
usage="usage: would-it-have-helped.sh REQUEST_FILE LOG_FILE [DEPLOYMENT_FILE]"
request="${1:?$usage}" log="${2:?$usage}" change="${3:-}"
service="${SERVICE:-http://127.0.0.1:8080}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# replay NAME REQUEST_FILE: the policies' results, one a line.
replay() {
    curl -sS -F "deployment=@$2;type=application/json" -F "trace=@$log" "$service/v1/replay" > "$folder/answer"
    if ! jq -e .policies "$folder/answer" > /dev/null; then
        jq -r '.detail, (.errors[]? | "\(.pointer): \(.detail)")' "$folder/answer" >&2
        exit 1
    fi
    jq -r '.warnings[] | "warning: \(.detail)"' "$folder/answer" >&2
    jq -c --arg prefix "$1" '.policies[] | {name: ($prefix + .name), good: .goodput.fraction, hours: .device_hours, ttft: .ttft_ms.p90,
        tpot: .tpot_ms.p99, changes: .scaling.events}' "$folder/answer"
}

if [ -n "$change" ]; then
    # Sizes alone are compared: no policy changes them.
    jq '.policies = ["static"]' "$request" > "$folder/now"
    jq --slurpfile change "$change" '.deployment = $change[0]' "$folder/now" > "$folder/then"
    replay "now, " "$folder/now" > "$folder/rows"
    replay "changed, " "$folder/then" >> "$folder/rows"
else
    replay "" "$request" > "$folder/rows"
fi
jq -rs '["", "good %", "device-hours", "TTFT p90 ms", "TPOT p99 ms", "changes"], (.[] | [.name, (.good * 1000 | round / 10),
    (.hours * 100 | round / 100), (.ttft | round? // "-"), (.tpot * 10 | round / 10), .changes]) | @tsv' "$folder/rows"
# As many are good within 0.2 % of all requests.
jq -es '.[0] as $now | any(.[1:][]; .name != "oracle" and (.good > $now.good + 0.002
    or (.good >= $now.good - 0.002 and .hours < $now.hours * 0.99)))' "$folder/rows" > /dev/null || exit 3
