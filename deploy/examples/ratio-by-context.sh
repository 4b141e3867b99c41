#!/bin/sh
# The best ratio for each of some context lengths, as a table, and what running another ratio would cost.
# Needs curl and jq.
# usage: ratio-by-context.sh [URL [RATIO]]
#   URL    of the service; http://127.0.0.1:8080 unless given
#   RATIO  Attention instances for each FFN instance that run now; 10 unless given
set -eu
url=${1:-http://127.0.0.1:8080}
running=${2:-10}
case $running in
    *[!0-9]* | '' | 0*) echo "$0: the ratio must be a whole number from 1 to 512" >&2; exit 64 ;;
esac
[ "$running" -le 512 ] || { echo "$0: the ratio must be a whole number from 1 to 512" >&2; exit 64; }

printf '%10s %10s %8s %14s %12s\n' prefill decode ratio 'tokens/s' "loss at $running"
for prefill in 500 1000 2000 4000 8000 16000; do
    for decode in 200 1000; do
        answer=$(curl --silent --show-error --fail-with-body --data @- "$url/v1/size" <<JSON
{
  "workload": {"prefill": $prefill, "decode": $decode},
  "hardware": {
    "attention": {"alpha_us": 0.00165, "beta_us": 50},
    "ffn": {"alpha_us": 0.083, "beta_us": 100},
    "communication": {"alpha_us": 0.022, "beta_us": 20}
  },
  "batch_size": 128,
  "max_ratio": 512,
  "include": ["curve"]
}
JSON
        ) || { echo "$answer" | jq -r '.detail // .' >&2; exit 1; }
        echo "$answer" | jq -r --argjson prefill "$prefill" --argjson decode "$decode" --argjson running "$running" '
            .recommendation as $best
            | (.curve[] | select(.ratio == $running).throughput_per_instance) as $now
            | [$prefill, $decode, $best.ratio, ($best.throughput_per_instance | round),
               (1000 * (1 - $now / $best.throughput_per_instance) | round / 10 | tostring + " %")] | @tsv' |
            awk -F '\t' '{ printf "%10s %10s %8s %14s %12s\n", $1, $2, $3, $4, $5 }'
    done
done
