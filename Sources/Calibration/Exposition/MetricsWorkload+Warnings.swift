import Text

extension MetricsWorkload {
    /// What the reader of this load ought to know: what was read, and what it cannot tell.
    public var warnings: [Warning] {
        var warnings = histograms.warnings
        func warn(_ code: String, _ detail: String, _ pointer: String = "") {
            guard !warnings.contains(where: { $0.code == code && $0.pointer == pointer }) else { return }
            warnings.append(Warning(code: code, detail: detail, pointer: pointer))
        }
        warn(
            "lengths_taken_as_independent",
            "Prefill and decode lengths are from two histograms (\(name(histograms.prefill)) and \(name(histograms.decode))), which do not "
                + "show how they go together: they are taken as independent. On a real trace their correlation can halve the slot load; "
                + "post the requests themselves where that matters.")
        if let bounds = load.deviationBounds, bounds.upperBound > 1.1 * max(bounds.lowerBound, .leastNormalMagnitude) {
            warn(
                "bounded_by_buckets",
                "Within their buckets lengths are not known: slot_load_mean lies within \(range(load.meanBounds)) tokens and "
                    + "slot_load_stddev within \(range(bounds)), whatever they are. The values given are those of the distribution with "
                    + "these counts and means that assumes least (largest entropy).")
        }
        for (role, buckets) in [("prefill", histograms.prefill), ("decode", histograms.decode)] {
            if buckets.sum == nil {
                warn(
                    "mean_from_buckets",
                    "\(name(buckets)) has no sum here, so its mean is not exact but that of lengths spread evenly within their buckets. Send "
                        + "the _sum too.", "/\(role)/mean")
            }
            if buckets.shareAbove > 0 {
                warn(
                    "beyond_last_bucket",
                    "\(Figure.percent(buckets.shareAbove)) of the requests lie above the largest bound of \(name(buckets)), "
                        + "\(Figure.load(buckets.largestBound)) tokens: how long they are only the sum tells.",
                    "/\(role)")
            }
        }
        let (prefills, decodes) = (histograms.prefill.count, histograms.decode.count)
        if abs(prefills - decodes) > 0.02 * max(prefills, decodes) {
            warn(
                "counts_differ",
                "\(name(histograms.prefill)) counts \(Figure.load(prefills)) requests, \(name(histograms.decode)) "
                    + "\(Figure.load(decodes)): they do not count the same ones.")
        }
        if neverDecoded > 0 {
            warn(
                "never_decode",
                "\(Figure.load(neverDecoded)) of \(Figure.load(decodes)) requests end with their first token, which comes from prefill: they "
                    + "hold no slot and are left out.", "/decode")
        }
        if emptyOutputs >= 0.5 {
            warn(
                "empty_outputs",
                "At least \(Figure.load(emptyOutputs.rounded())) requests have no output token; each counts as one step.",
                "/decode")
        }
        if min(prefills, decodes) < 100 {
            warn(
                "few_requests",
                "Only \(Figure.load(min(prefills, decodes))) requests: the errors are themselves uncertain.",
                "/requests")
        }
        return warnings
    }

    private func name(_ buckets: LengthBuckets) -> String {
        buckets.name.isEmpty ? "the result of a query" : buckets.name
    }

    private func range(_ bounds: ClosedRange<Double>?) -> String {
        guard let bounds else { return "unknown bounds" }
        return "\(Figure.short(bounds.lowerBound)) to \(Figure.short(bounds.upperBound))"
    }
}
