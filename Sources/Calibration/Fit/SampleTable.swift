import Text

/// Samples of stages from CSV, with commas, semicolons or tabs as in its header.
///
/// Columns are told by their titles (`SampleColumns`): the stage, its load (for Attention also batch and context), a latency in the unit
/// that its title names, and optionally a weight and the layers of a step, of one of which it is. Others are passed over, which is said.
public struct SampleTable: Sendable {
    /// The stages by the names that a hardware description has for them, each once, in the order of the rows.
    public let stages: [(stage: String, samples: [LatencySample])]
    public let warnings: [Warning]
    /// Whether the latencies are those of one layer, and were multiplied.
    public let hasLayers: Bool

    /// The stages, and what else they are called.
    private static let names = [
        "attention": ["attention", "attn"], "ffn": ["ffn", "mlp", "moe"], "communication": ["communication", "comm"],
    ]

    /// - Throws: `InvalidInput` naming the line and everything that is wrong with it.
    public init(_ bytes: [UInt8]) throws(InvalidInput) {
        var stages: [(stage: String, samples: [LatencySample])] = []
        var unknown: [String] = []
        var columns: SampleColumns?
        var width = 0
        var delimiter = UInt8(ascii: ",")
        var tokensAsBatch = false
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let record = Array(line.last == 0x0D ? line.dropLast() : line)
            // Blank lines, and comments before the header, say nothing.
            guard let first = record.first(where: { $0 > 0x20 }), columns != nil || first != UInt8(ascii: "#") else {
                continue
            }
            if columns == nil { delimiter = CSVHeader.delimiter(of: record.span) }
            let fields = try Self.fields(record, delimiter, line: index + 1)
            guard let columns else {
                columns = try SampleColumns(fields, line: index + 1)
                width = fields.count
                continue
            }
            guard fields.count == width else {
                throw Self.failure(index + 1, "has \(fields.count) fields where the header has \(width)")
            }
            let title = columns.field(.stage, fields) ?? ""
            guard let stage = Self.names.first(where: { $0.value.contains(title.lowercased()) })?.key else {
                let name = "\"\(title.prefix(40))\" (line \(index + 1))"
                if unknown.count < 8, !unknown.contains(where: { $0.hasPrefix("\"\(title.prefix(40))\"") }) {
                    unknown.append(name)
                }
                continue
            }
            let row = SampleRow(columns: columns, fields: fields, line: index + 1, isAttention: stage == "attention")
            let sample = try row.sample()
            tokensAsBatch = tokensAsBatch || row.takesTokensForBatch
            if let place = stages.firstIndex(where: { $0.stage == stage }) {
                guard stages[place].samples.count < StageCalibration.maximumSamples else {
                    throw Self.failure(index + 1, "is beyond the \(StageCalibration.maximumSamples) samples of a stage")
                }
                stages[place].samples.append(sample)
            } else {
                stages.append((stage, [sample]))
            }
        }
        guard unknown.isEmpty else {
            throw InvalidInput(
                field: "",
                rule:
                    "The stage\(unknown.count == 1 ? "" : "s") \(unknown.joined(separator: ", ")) \(unknown.count == 1 ? "is" : "are") not known; "
                    + "attention, ffn and communication are.")
        }
        guard let columns, !stages.isEmpty else {
            throw InvalidInput(field: "", rule: "The table has no samples: a header line and rows are needed.")
        }
        self.stages = stages
        hasLayers = columns.has(.layers)
        warnings = Self.warnings(columns, tokensAsBatch: tokensAsBatch)
    }

    private static func warnings(_ columns: SampleColumns, tokensAsBatch: Bool) -> [Warning] {
        var warnings: [Warning] = []
        if !columns.unread.isEmpty {
            let some = columns.unread.prefix(12).joined(separator: ", ")
            warnings.append(
                Warning(
                    code: "columns_not_read",
                    detail: "Columns that are not read: \(some)\(columns.unread.count > 12 ? " and others" : "")."))
        }
        if tokensAsBatch {
            warnings.append(
                Warning(
                    code: "tokens_taken_for_batch",
                    detail:
                        "The tokens of an Attention row are taken for its batch, one token for each request that decodes: its load is tokens times "
                        + "context. If they are the tokens in the cache, name the column load."))
        }
        return warnings
    }

    private static func fields(_ record: [UInt8], _ delimiter: UInt8, line: Int) throws(InvalidInput) -> [String] {
        var fields: [String] = []
        let isComplete = CSVRow.forEachField(record.span, delimiter: delimiter) { _, field in
            var text = record[field.start..<field.end]
            while text.first.map({ $0 <= 0x20 }) == true { text.removeFirst() }
            while text.last.map({ $0 <= 0x20 }) == true { text.removeLast() }
            fields.append(String(decoding: text, as: UTF8.self))
        }
        guard isComplete else { throw failure(line, "has a quote that does not close, or text after one") }
        return fields
    }

    static func failure(_ line: Int, _ what: String) -> InvalidInput {
        InvalidInput(field: "", rule: "Line \(line) \(what).")
    }
}

/// One row of a table of samples.
private struct SampleRow {
    let columns: SampleColumns
    let fields: [String]
    let line: Int
    let isAttention: Bool

    /// Whether Attention's load is that of tokens in place of a batch.
    var takesTokensForBatch: Bool {
        isAttention && columns.field(.tokens, fields) != nil && columns.field(.context, fields) != nil
            && columns.field(.batch, fields) == nil && columns.field(.load, fields) == nil
    }

    /// - Throws: `InvalidInput` naming the line.
    func sample() throws(InvalidInput) -> LatencySample {
        let one = try single()
        guard let layers = try number(.layers) else { return one }
        guard LatencySample.layers.contains(Int(exactly: layers) ?? 0) else {
            throw SampleTable.failure(
                line, "has \(layers) layers: that must be a whole number from 1 to \(LatencySample.layers.upperBound)")
        }
        do throws(InvalidInput) {
            return try one.repeated(layers: Int(layers))
        } catch {
            throw SampleTable.failure(line, "cannot be used: \(error)")
        }
    }

    /// The sample as it stands there, whatever its layers.
    private func single() throws(InvalidInput) -> LatencySample {
        guard let given = try number(.latency) else { throw SampleTable.failure(line, "has no latency") }
        let latency = given * columns.microseconds
        let weight = try number(.weight) ?? 1
        let (load, tokens) = (try number(.load), try number(.tokens))
        let (batch, context) = (try number(.batch), try number(.context))
        do throws(InvalidInput) {
            if isAttention, load == nil, let context, let batch = batch ?? tokens {
                return try LatencySample(batch: batch, context: context, latency: latency, weight: weight)
            }
            if isAttention, load != nil, batch != nil || context != nil {
                throw InvalidInput(field: "", rule: "has both load and batch or context: it must have one")
            }
            // One token for each request: what an FFN computes is its batch, whatever the context.
            guard let load = load ?? tokens ?? (isAttention ? nil : batch) else {
                throw InvalidInput(
                    field: "",
                    rule: isAttention ? "has neither load nor batch and context" : "has neither load nor batch")
            }
            if let batch, !isAttention, batch != load {
                throw InvalidInput(
                    field: "",
                    rule:
                        "has a load of \(load) and a batch of \(batch), which is the load of this stage: it must have one"
                )
            }
            return try LatencySample(load: load, latency: latency, weight: weight)
        } catch {
            throw SampleTable.failure(line, error.field.isEmpty ? error.rule : "cannot be used: \(error)")
        }
    }

    private func number(_ role: SampleColumns.Role) throws(InvalidInput) -> Double? {
        guard let text = columns.field(role, fields) else { return nil }
        // Double reads hexadecimal numbers and words too.
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || "+-.eE".utf8.contains($0) }), let value = Double(text) else {
            throw SampleTable.failure(line, "has \"\(text.prefix(40))\" for \(role.names[0]), which is not a number")
        }
        return value
    }
}
