import Text

/// Reads the text of a metrics endpoint as it comes: the Prometheus text format, or OpenMetrics. Samples of a query are taken too.
public struct ExpositionReader: Sendable {
    /// Longer lines are refused, in bytes.
    public static let longestLine = 1 << 16
    /// Longer texts are refused, in bytes: some hundred engines.
    public static let longestText = 32 << 20

    private var samples: HistogramSamples
    private var line: [UInt8] = []
    /// Since the last ``next()``.
    private var lines = 0
    private var length = 0
    private var ended = false

    public init(_ metrics: TokenMetrics) { samples = HistogramSamples(metrics) }

    /// Whether a body that begins so is such a text: a comment with `HELP`, `TYPE` or `UNIT`, or a metric with its value.
    public static func recognises(_ start: some Collection<UInt8>) -> Bool {
        let bytes = Array(start.prefix(1 << 12).drop { $0 <= 0x20 })
        for word in ["# HELP ", "# TYPE ", "# UNIT "] where bytes.starts(with: word.utf8) { return true }
        // The first line, where it is whole: a name with labels, as no table has it.
        guard let end = bytes.firstIndex(of: 0x0A), bytes[..<end].contains(UInt8(ascii: "{")),
            bytes.first != UInt8(ascii: "{")
        else { return false }
        if case .sample = try? MetricLine(bytes[..<end]) { return true }
        return false
    }

    /// Takes the next bytes.
    ///
    /// - Throws: `InvalidInput` naming the line that is no metric, or a bound of this reader.
    public mutating func feed(_ chunk: some Collection<UInt8>) throws(InvalidInput) {
        length += chunk.count
        guard length <= Self.longestText else {
            throw InvalidInput(
                field: "",
                rule: "A text of metrics may have \(Self.longestText) bytes; send one engine's, or a query's.")
        }
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 0x0A) {
            line += rest[..<end]
            try take()
            rest = rest[rest.index(after: end)...]
        }
        line += rest
        guard line.count <= Self.longestLine else { throw tooLong }
    }

    /// The histograms, after the last bytes.
    ///
    /// - Throws: `InvalidInput` where lengths cannot be told from them.
    public mutating func finish() throws(InvalidInput) -> LengthHistograms {
        if !line.isEmpty { try take() }
        return try LengthHistograms(samples)
    }

    /// A second scrape begins: what comes next is from after the requests.
    public mutating func next() throws(InvalidInput) {
        if !line.isEmpty { try take() }
        ended = false
        lines = 0
        try samples.next()
    }

    /// Takes a sample that is known already.
    ///
    /// - Parameters:
    ///   - role: what it counts where it has no name, as the result of an expression has none.
    ///   - sample: a sample of the text.
    /// - Throws: `InvalidInput` where a histogram has a value or a bound that it cannot have.
    public mutating func add(_ sample: MetricSample, role: TokenRole?) throws(InvalidInput) {
        try samples.add(sample, role: role)
    }

    /// Takes the values of a counter over a range of time, oldest first: what it grew by counts.
    public mutating func add(
        range values: [Double], name: String, labels: [String: String], role: TokenRole?
    ) throws(InvalidInput) {
        try samples.add(range: values, of: name, labels: labels, role: role)
    }

    private var tooLong: InvalidInput {
        InvalidInput(field: "", rule: "Line \(lines + 1) is longer than \(Self.longestLine) bytes.")
    }

    private mutating func take() throws(InvalidInput) {
        guard line.count <= Self.longestLine else { throw tooLong }
        lines += 1
        defer { line.removeAll(keepingCapacity: true) }
        do {
            let parsed = try MetricLine(
                lines == 1 && line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line[...])
            switch parsed {
            case .nothing: break
            case .end: ended = true
            case .sample(let sample):
                if ended {
                    ended = false
                    try samples.next()
                }
                try samples.add(sample)
            }
        } catch {
            // Rules of a line go on after its number; others are sentences.
            let isSentence = error.rule.hasSuffix(".")
            throw InvalidInput(
                field: "", rule: isSentence ? "Line \(lines): \(error.rule)" : "Line \(lines) \(error.rule).")
        }
    }
}
