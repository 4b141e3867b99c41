import JSON

/// What is taken where a part of a request is given without one of its members, or without what belongs beside it: a line
/// for each that changes a number.
enum OmittedOptions {
    /// - Parameter request: of a sizing, a simulation, a plan or a replay, as it was sent; its members are checked elsewhere.
    static func lines(of request: JSONValue) -> [StaticString] {
        func part(_ name: StaticString) -> JSONValue? {
            guard let given = request[name], given.kind == .object else { return nil }
            return given
        }
        var lines: [StaticString] = []
        if let given = part("speculation"), given["draft_us"] == nil, given["draft_us_per_token"] == nil {
            lines.append("speculation: drafting takes no time")
        }
        if let given = part("jitter") {
            if given["attention_cv"] == nil { lines.append("jitter of the FFN alone") }
            if given["ffn_cv"] == nil { lines.append("jitter of Attention alone") }
        }
        if let given = part("demand") {
            if given["headroom"] == nil { lines.append("no headroom over the demand") }
            if given["spare_instances"] == nil { lines.append("no spare instances") }
        }
        if request["objective"]?.string == "energy", request["power"] == nil {
            lines.append("power: that of the catalogue's devices")
        }
        if let given = part("prefill") { lines += prefill(given, request) }
        if let given = part("transfer") { lines += transfer(given, request) }
        if let given = request["policies"], given.kind == .array { lines += policies(Array(given.elements), request) }
        return lines
    }

    private static func prefill(_ given: JSONValue, _ request: JSONValue) -> [StaticString] {
        var lines: [StaticString] = []
        if given["cached_fraction"] == nil, request["arrivals"]?["cached"] == nil {
            lines.append("prefill: where the arrivals say nothing of it, no part of a prompt is cached")
        }
        if given["alpha_us"] != nil, given["gamma_us"] == nil {
            lines.append("prefill: gamma_us 0: no time for pairs of tokens")
        }
        if given["chunk_tokens"] == nil { lines.append("prefill: a prompt is one pass, not chunks") }
        if request["transfer"] == nil { lines.append("the cache reaches the Attention pool in no time: no transfer") }
        return lines
    }

    private static func transfer(_ given: JSONValue, _ request: JSONValue) -> [StaticString] {
        var lines: [StaticString] = []
        // Of a plan; a replay moves what comes.
        if request["deployment"] == nil, request["limits"]?["transfer_utilisation"] == nil {
            lines.append("transfer: the link is in use for at most 95 % of the time")
        }
        if given["latency_us"] == nil { lines.append("transfer: no latency beside the bytes") }
        if given["overlap"] == nil { lines.append("transfer: begins when the prefill has ended") }
        return lines
    }

    /// Of a replay; each policy has its own.
    private static func policies(_ policies: [JSONValue], _ request: JSONValue) -> [StaticString] {
        func lack(_ member: StaticString, _ kinds: String...) -> Bool {
            policies.contains { policy in
                let kind = policy.string ?? policy["policy"]?.string
                return kind.map { kinds.contains($0) } ?? false && policy[member] == nil
            }
        }
        var lines: [StaticString] = []
        if request["start_delay_s"] == nil,
            policies.contains(where: { ($0.string ?? $0["policy"]?.string) != "static" })
        {
            lines.append("an instance that is started serves after 180 s")
        }
        if lack("period_s", "target") { lines.append("target: looks every 15 s") }
        if lack("tolerance", "target") { lines.append("target: keeps the size within 10 % of the target") }
        if lack("stabilisation_s", "target") { lines.append("target: shrinks after 300 s of less") }
        if lack("window_s", "advice", "oracle") { lines.append("advice and oracle: the rate of a window of 300 s") }
        if lack("every_s", "advice") { lines.append("advice: every 60 s, or every window where that is shorter") }
        if lack("hysteresis", "advice") { lines.append("advice: a pool shrinks by more than 10 % or not at all") }
        return lines
    }
}
