extension Explanation {
    /// Warnings of the metrics of engines.
    static let metrics: [Explanation] = [
        Explanation(
            "lengths_taken_as_independent", .warning,
            "Histograms do not show how prefill and decode lengths go together; they are taken as "
                + "independent. On real traces that can double the slot load.",
            remedy: "Give the requests themselves, where it matters."),
        Explanation(
            "bounded_by_buckets", .warning,
            "Within their buckets lengths are not known; the statistics have bounds, and the values "
                + "given assume least.",
            remedy: "Finer buckets, or a trace, narrow the bounds."),
        Explanation(
            "mean_from_buckets", .warning,
            "A histogram has no sum, so its mean is that of lengths spread evenly in their buckets.",
            remedy: "Send the _sum too."),
        Explanation(
            "beyond_last_bucket", .warning,
            "Requests lie above the largest bound of a histogram; only the sum tells how long they "
                + "are.",
            remedy: "Add larger buckets."),
        Explanation(
            "counts_differ", .warning,
            "The two histograms count different numbers of requests.",
            remedy: "Use metrics of the same engine and moment."),
        Explanation(
            "series_vanished", .warning,
            "Series of the first scrape are not in the second; what they counted between is lost.",
            remedy: "Scrape more often than instances come and go."),
        Explanation(
            "counter_reset", .warning,
            "Counters began anew between the scrapes; a part of what they counted is lost.",
            remedy: "Take a range without a restart."),
        Explanation(
            "several_models", .warning,
            "Requests of several models are added up.",
            remedy: "Choose one with labels, as in prefill_column=NAME{model_name=\"…\"}."),
        Explanation(
            "bounds_differ", .warning,
            "Bounds that are not common to all series of a histogram are not used."),
    ]
}

extension Explanation {
    /// Warnings of fits, and of what measurements are used for.
    static let fits: [Explanation] = [
        Explanation(
            "few_samples", .warning,
            "The fit has so few samples that its errors are not known, or are uncertain.",
            remedy: "Measure at more loads."),
        Explanation(
            "negative_slope", .warning,
            "Latency falls with load: the samples cannot be used as hardware.",
            remedy: "Look for what was measured beside the load."),
        Explanation(
            "negative_intercept", .warning,
            "The line goes below zero at small loads: it does not hold there.",
            remedy: "Measure at small loads, or use fit interpolate."),
        Explanation(
            "roofline", .warning,
            "The samples bend: a line misjudges both ends.",
            remedy: "Use fit interpolate or max for them as hardware."),
        Explanation(
            "poor_line", .warning,
            "A sample is far off the line.",
            remedy: "Use fit interpolate, or measure around the load in use."),
        Explanation(
            "no_line", .warning,
            "The samples follow neither a line nor a roofline.",
            remedy: "Use fit interpolate, or look for a second cause of latency."),
        Explanation(
            "depends_on_batch", .warning,
            "Latency depends on batch and context beyond their product.",
            remedy: "The lines of the nearest batch sizes are used; measure at the one in use."),
        Explanation(
            "outlier_left_out", .warning,
            "A sample is far from the line of the others, and left out of the fit.",
            remedy: "Measure it again."),
        Explanation(
            "columns_not_read", .warning,
            "The table of samples has columns that are not read."),
        Explanation(
            "tokens_taken_for_batch", .warning,
            "The tokens of an Attention row are taken for its batch.",
            remedy: "Name the column load, where they are the tokens in the cache."),
        Explanation(
            "outside_measured_range", .warning,
            "A stage is used at a load that was not measured: its latency there is extrapolated.",
            remedy: "Measure there."),
        Explanation(
            "implausible_idle", .warning,
            "A stage would idle nearly always at the best ratio: latencies may be in different units.",
            remedy: "Give all latencies in microseconds."),
        Explanation(
            "implausible_tpot", .warning,
            "A token would take less than launching a model's kernels: latencies may be in "
                + "milliseconds, or those of one layer.",
            remedy: "Give microseconds of all layers, or layers."),
        Explanation(
            "beyond_memory_bandwidth", .warning,
            "Attention would read its cache faster than any memory gives.",
            remedy: "Check the unit of its latencies."),
    ]
}
