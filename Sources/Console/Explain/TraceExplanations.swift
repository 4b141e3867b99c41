extension Explanation {
    /// Warnings of traces.
    static let traces: [Explanation] = [
        Explanation(
            "cached_beyond_prompt", .warning,
            "Rows tell more cached tokens than their prompt has; the whole prompt counts as cached.",
            remedy: "Check which column holds the cached tokens."),
        Explanation(
            "hash_ids_not_followed", .warning,
            "Rows name the blocks of their prompts (hash_ids), but a replay does not follow a cache "
                + "of blocks.",
            remedy: "Add a column with the cached tokens, or give prefill.cached_fraction."),
        Explanation(
            "output_assumed", .warning,
            "Requests without an output token are replayed with one.",
            remedy: "Leave out requests that failed."),
        Explanation(
            "sorted", .warning,
            "Rows arrive before a row above them and were sorted.",
            remedy: "Sort the trace by arrival where the order matters."),
        Explanation(
            "untimed", .warning,
            "Rows without a readable arrival time are left out.",
            remedy: "Mend the times, or leave the rows out."),
        Explanation(
            "few_requests", .warning,
            "The trace has so few requests that even its standard errors are uncertain.",
            remedy: "Give a longer trace."),
        Explanation(
            "heavy_tail", .warning,
            "Decode lengths have a tail so heavy that the spread of the slot load is set by the "
                + "longest requests seen, and grows with the trace.",
            remedy: "Cap max_tokens, or size with a margin."),
        Explanation(
            "slot_load_uncertain", .warning,
            "The spread of the slot load is known badly: its standard error is a large part of it.",
            remedy: "Give a longer trace."),
        Explanation(
            "rows_skipped", .warning,
            "Rows could not be read and are left out; the statistics hold for the others.",
            remedy: "Look at skipped.reasons in the answer, and mend those rows where they are not like the "
                + "others."),
        Explanation(
            "skipped_rows_differ", .warning,
            "The rows that were left out have other lengths than those that were read, so the "
                + "statistics are biased.",
            remedy: "Mend those rows."),
        Explanation(
            "never_decode", .warning,
            "Requests end with the first token, which comes from prefill: they hold no slot and are "
                + "left out."),
        Explanation(
            "empty_outputs", .warning,
            "Requests have no output token; each counts as one decode step.",
            remedy: "Leave them out where they did not run."),
        Explanation(
            "other_columns", .warning,
            "Several columns could be meant for the lengths; one was chosen.",
            remedy: "Choose with --prefill-column or --decode-column."),
        Explanation(
            "unknown_token_columns", .warning,
            "Columns look like tokens of requests, and are not added to the lengths.",
            remedy: "Add them up before, where they hold a part of the prompt or of the output."),
        Explanation(
            "maybe_characters", .warning,
            "A column taken for tokens may count characters, about four times as many.",
            remedy: "Name a column of tokens."),
        Explanation(
            "requested_lengths", .warning,
            "The output lengths are those that were asked for at most, not those that were made.",
            remedy: "Give the lengths of the outputs."),
        Explanation(
            "total_disagrees", .warning,
            "The total differs from prompt and output together: tokens may stand in a column that is "
                + "not read.",
            remedy: "See which columns were read, under read in the answer."),
        Explanation(
            "ids_repeat", .warning,
            "Rows repeat an id: they may be chunks or attempts of one request, and each is counted.",
            remedy: "Keep the last row of each request."),
        Explanation(
            "failed_requests", .warning,
            "Requests failed; they are left out."),
        Explanation(
            "retries", .warning,
            "Rows are retries, and each attempt counts as a request.",
            remedy: "Leave out attempts that were not served."),
        Explanation(
            "warm_up_left_out", .warning,
            "Rows of a warm-up are left out."),
        Explanation(
            "summary_rows_left_out", .warning,
            "Rows that are totals or means of others are left out."),
        Explanation(
            "other_records_left_out", .warning,
            "Records of another kind, without lengths, are left out."),
        Explanation(
            "lengths_only_grow", .warning,
            "Both lengths only grow from row to row: these look like counters of a service, not like "
                + "requests.",
            remedy: "Give a row for each request, or histograms of lengths."),
        Explanation(
            "rows_may_be_sums", .warning,
            "Rows are the sum of the rows above them, in both lengths, and each is counted as a request.",
            remedy: "Leave out totals and subtotals."),
        Explanation(
            "lengths_implausible", .warning,
            "Lengths are beyond what models are asked for in the mean: rows may be totals of many requests.",
            remedy: "Give a row for each request."),
        Explanation(
            "rows_by_period", .warning,
            "A column names a day or a bucket of time, and none a moment: rows may be totals of many requests.",
            remedy: "Give a row for each request."),
        Explanation(
            "swallowed_rows", .warning,
            "A quoted field spans lines that look like rows: a stray quote may have swallowed them.",
            remedy: "Mend the quote in the line that is named."),
        Explanation(
            "second_header", .warning,
            "The file has further headers; rows are read by the one above them."),
        Explanation(
            "cache_columns_assumed", .warning,
            "Cached tokens are taken for a part of the prompt, or added to it, as the format usually "
                + "means them.",
            remedy: "Give whole prompt lengths where that is wrong."),
        Explanation(
            "reasoning_assumed", .warning,
            "Reasoning tokens are taken for a part of the output.",
            remedy: "Add them to the output before, where they stand beside it."),
        Explanation(
            "time_unit_assumed", .warning,
            "Arrival times are numbers whose unit is not told; one was assumed.",
            remedy: "Give --time-unit, or put the unit into the column's name, as in arrival_ms."),
        Explanation(
            "times_missing", .warning,
            "Rows have no arrival time that can be read; they are not among the arrivals."),
        Explanation(
            "rows_not_in_time_order", .warning,
            "Rows are not in the order of their times, which rounds of sessions and cache hits follow.",
            remedy: "Sort the trace by time."),
        Explanation(
            "cached_beyond_prefill", .warning,
            "Rows have more cached tokens than prompt tokens: the prompt may leave cached tokens out, "
                + "and the slot load is then too low.",
            remedy: "Give whole prompt lengths."),
        Explanation(
            "sessions_and_prefixes_not_merged", .warning,
            "Sessions and prefixes run across the parts that were merged, and are left out.",
            remedy: "Read the whole trace at once."),
        Explanation(
            "sessions_beyond_limit", .warning,
            "More sessions are open at once than are kept track of; rounds, gaps and resident tokens "
                + "are too low.",
            remedy: "Give a part of the trace."),
        Explanation(
            "prefill_is_not_the_whole_context", .warning,
            "In later rounds of sessions prompts are shorter than the context before: they seem to be "
                + "the new tokens alone, and the slot load needs the whole context.",
            remedy: "Give the whole context of each round as prefill."),
        Explanation(
            "prefix_cache_does_not_shorten_prefill", .warning,
            "A prefix cache saves prefill work, not slot load: cached tokens are read in every decode "
                + "step.",
            remedy: "Keep whole prompt lengths as prefill; give cached tokens beside them."),
        Explanation(
            "prefix_blocks_beyond_limit", .warning,
            "The trace has more distinct blocks than are kept: hit ratios of larger caches are not "
                + "known."),
        Explanation(
            "prefill_shorter_than_blocks", .warning,
            "Prompts are shorter than their blocks: the lengths may leave cached tokens out.",
            remedy: "Give whole prompt lengths, or --block-tokens."),
        Explanation(
            "block_size_doubtful", .warning,
            "Prompts do not have the lengths of their blocks at this block size.",
            remedy: "Give --block-tokens."),
        Explanation(
            "block_size_assumed", .warning,
            "The tokens of a block were found from the prompt lengths.",
            remedy: "Give --block-tokens to fix them."),
    ]
}
