import Text

/// Which columns of a table of samples mean what, by their titles.
struct SampleColumns {
    /// What a column is for.
    enum Role: Hashable, CaseIterable {
        case stage
        case load
        case batch
        case context
        /// Tokens that a step computes, one for each request in decoding.
        case tokens
        case latency
        case weight
        /// How many layers a step has, of one of which the latency is.
        case layers

        /// Titles, as words joined by `_`, without a unit. The first is the one that is asked for.
        var names: [String] {
            switch self {
            case .stage: ["stage", "component", "module"]
            case .load: ["load"]
            case .batch:
                [
                    "batch", "batch_size", "batchsize", "bs", "num_requests", "n_requests", "requests", "num_seqs",
                    "n_seqs",
                ]
            case .context:
                [
                    "context", "context_len", "context_length", "ctx",
                    "ctx_len", "seq_len",
                    "seqlen", "sequence_length", "kv_len", "kv_length", "kv_cache_len", "past_kv_len", "cache_len",
                ]
            case .tokens: ["num_tokens", "n_tokens", "tokens", "token_count", "total_tokens"]
            case .latency:
                [
                    "latency", "time", "duration", "elapsed", "elapsed_time", "runtime", "kernel_time", "step_time",
                    "kernel_latency", "step_latency",
                ]
            case .weight: ["weight"]
            case .layers: ["layers"]
            }
        }
    }

    /// Where each role's column stands.
    private let places: [Role: Int]
    /// Microseconds a unit of the latency column.
    let microseconds: Double
    /// Titles that are not read, each with what it may have been meant to be.
    let unread: [String]

    /// - Throws: `InvalidInput` naming every column that is missing, doubled, or without a unit.
    init(_ titles: [String], line: Int) throws(InvalidInput) {
        var places: [Role: Int] = [:]
        var unread: [String] = []
        var faults: [String] = []
        var unit: TimeUnit?
        for (place, title) in titles.enumerated() {
            let (name, titledUnit) = Self.parts(title)
            guard let role = Role.allCases.first(where: { $0.names.contains(name) }) else {
                let known = Role.allCases.flatMap(\.names) + ["latency_us", "latency_ms"]
                unread.append(
                    "\"\(title.prefix(40))\"\(NearestName.suggestion(for: String(title.prefix(40)), among: known))")
                continue
            }
            if let other = places[role] {
                faults.append(
                    "\"\(titles[other].prefix(40))\" and \"\(title.prefix(40))\" both name the \(role.names[0]): leave one out"
                )
                continue
            }
            places[role] = place
            if role == .latency {
                unit = titledUnit
                if unit == nil {
                    faults.append(
                        "\"\(title.prefix(40))\" has no unit: name it latency_us, latency_ms, latency_ns or latency_s")
                }
            } else if titledUnit != nil {
                faults.append("\"\(title.prefix(40))\" has a unit of time, which the \(role.names[0]) has not")
            }
        }
        if places[.stage] == nil { faults.append("there is no column stage (attention, ffn or communication)") }
        if places[.latency] == nil { faults.append("there is no latency with its unit (latency_us, latency_ms)") }
        if places[.load] == nil, places[.tokens] == nil, places[.batch] == nil {
            faults.append("there is no load (or batch and context)")
        }
        guard faults.isEmpty else {
            if !unread.isEmpty { faults.append("not understood: \(unread.joined(separator: ", "))") }
            throw InvalidInput(
                field: "", rule: "Line \(line) cannot be used as header: \(faults.joined(separator: "; ")).")
        }
        self.places = places
        self.unread = unread
        microseconds =
            switch unit ?? .microseconds {
            case .seconds: 1e6
            case .milliseconds: 1e3
            case .microseconds: 1
            case .nanoseconds: 1e-3
            }
    }

    /// The field of a role's column; `nil` where there is no such column, or it is empty.
    func field(_ role: Role, _ fields: [String]) -> String? {
        guard let place = places[role], place < fields.count, !fields[place].isEmpty else { return nil }
        return fields[place]
    }

    /// Whether there is a column of the role.
    func has(_ role: Role) -> Bool { places[role] != nil }

    /// The words of a title in lower case, joined by `_`, and the unit of time behind them.
    private static func parts(_ title: String) -> (name: String, unit: TimeUnit?) {
        var words: [String] = []
        var word = ""
        for character in title.prefix(64) {
            if character.isLetter || character.isNumber {
                word += character.lowercased()
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        // The unit stands last as a rule, but also before what the latency is of many: `latency_us_mean`.
        let place = words.count < 2 ? nil : words.indices.dropFirst().last { TimeUnit(word: words[$0]) != nil }
        let unit = place.flatMap { TimeUnit(word: words[$0]) }
        if let place { words.remove(at: place) }
        let telling = words.filter { !isMiddle($0) }
        return ((telling.isEmpty ? words : telling).joined(separator: "_"), unit)
    }

    /// Whether a word says that a latency is the middle of many, as a fit takes it.
    private static func isMiddle(_ word: String) -> Bool {
        ["mean", "avg", "average", "median", "med", "p50"].contains(word)
    }
}
