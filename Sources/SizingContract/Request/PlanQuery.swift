import Hardware
import Sizing

/// `GET /v1/plan?model=…&device=…&prefill=…&decode=…&requests_per_second=…`: the query of a plan by name, which flags of the
/// command line spell too.
public enum PlanQuery {
    public static let names = [
        "model", "device", "attention_device", "ffn_device", "prefill_device", "prefill", "decode",
        "requests_per_second", "dispersion", "ttft_ms", "tpot_ms", "wait_ms", "cached_fraction", "bandwidth_gb_s",
        "microbatches", "data_parallel", "tensor_parallel", "expert_parallel", "prefill_tensor_parallel", "link",
        "max_ratio", "pretty",
    ]

    /// The input of the operation, and whether the answer is to be indented.
    ///
    /// - Parameter items: names and values, nothing encoded.
    /// - Throws: 400 for a parameter that is not known or given twice, and for a wrong value of `pretty`; 422 for one that is
    ///   missing, is not known to the catalogue or out of range.
    public static func decode(
        _ items: [(name: String, value: String)]
    ) throws(ProblemDocument) -> (NamedPlanning, pretty: Bool) {
        let query = try Query(items, names: names)
        let pretty = try query.flag("pretty")
        let description = try query.description()
        for name in ["prefill", "decode", "requests_per_second"] { _ = try query.required(name) }
        let deviceName = try query.required(
            "prefill_device", or: query["device"] == nil ? "attention_device" : "device")
        let length = 1...SizingLimits.maximumLength
        let time = 1e-6...1e9
        var planning = NamedPlanning(
            description,
            prefillDevice: try Query.checked("prefill_device", try Catalogue.embedded.device(deviceName)),
            prefill: try query.number("prefill", in: 0...SizingLimits.maximumLength) ?? 0,
            decode: try query.number("decode", in: length) ?? 1,
            requestsPerSecond: try query.number("requests_per_second", in: Arrivals.rates) ?? 1)
        planning.prefillTensorParallel = try query.integer("prefill_tensor_parallel", in: 1...1_024)
        planning.dispersion = try query.number("dispersion", in: Arrivals.dispersions)
        planning.ttft = try query.number("ttft_ms", in: time)
        planning.tpot = try query.number("tpot_ms", in: time)
        planning.wait = try query.number("wait_ms", in: time)
        planning.cachedFraction = try query.number("cached_fraction", in: 0...1)
        planning.bandwidth = try query.number("bandwidth_gb_s", in: 0.001...1e9)
        planning.microbatches = try query.integer("microbatches", in: 1...SizingLimits.maximumMicrobatches)
        planning.maximumRatio = try query.integer("max_ratio", in: 1...SizingLimits.maximumRatio)
        return (planning, pretty)
    }
}
