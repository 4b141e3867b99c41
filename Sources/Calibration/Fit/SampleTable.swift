import Text

/// Samples of stages from CSV, with commas, semicolons or tabs as in its header: columns `stage`, `load` or `batch` and `context`, `latency_us`, optionally `weight`.
public enum SampleTable {
    /// Samples by stage, in the order of the rows.
    ///
    /// - Throws: ``InvalidInput`` naming the line and what is wrong with it.
    public static func read(_ bytes: [UInt8]) throws(InvalidInput) -> [(stage: String, samples: [LatencySample])] {
        var stages: [(stage: String, samples: [LatencySample])] = []
        var header: [String]?
        var delimiter = UInt8(ascii: ",")
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let record = Array(line.last == 0x0D ? line.dropLast() : line)
            guard record.contains(where: { $0 > 0x20 }) else { continue }
            if header == nil { delimiter = CSVHeader.delimiter(of: record.span) }
            let fields = try fields(record, delimiter, line: index + 1)
            guard let header else {
                header = try Self.header(fields, line: index + 1)
                continue
            }
            guard fields.count == header.count else {
                throw failure(index + 1, "has \(fields.count) fields where the header has \(header.count)")
            }
            var values: [String: String] = [:]
            for (name, field) in zip(header, fields) { values[name] = field }
            let stage = values["stage"] ?? ""
            let sample = try sample(values, line: index + 1)
            if let place = stages.firstIndex(where: { $0.stage == stage }) {
                stages[place].samples.append(sample)
            } else {
                stages.append((stage, [sample]))
            }
            guard stages.count <= 16 else { throw failure(index + 1, "names a 17th stage") }
        }
        guard !stages.isEmpty else {
            throw InvalidInput(field: "", rule: "The table has no samples: a header line and rows are needed.")
        }
        return stages
    }

    private static let columns = ["stage", "load", "batch", "context", "latency_us", "weight"]

    private static func header(_ titles: [String], line: Int) throws(InvalidInput) -> [String] {
        let fields = titles.map { $0.lowercased() }
        for (index, field) in fields.enumerated() {
            guard columns.contains(field) else {
                throw failure(
                    line,
                    "names the unknown column \"\(field.prefix(40))\"; known are \(columns.joined(separator: ", "))")
            }
            guard !fields[..<index].contains(field) else { throw failure(line, "names \(field) twice") }
        }
        guard fields.contains("stage"), fields.contains("latency_us"),
            fields.contains("load") || (fields.contains("batch") && fields.contains("context"))
        else { throw failure(line, "must name stage, load (or batch and context) and latency_us") }
        return fields
    }

    private static func sample(_ values: [String: String], line: Int) throws(InvalidInput) -> LatencySample {
        func number(_ name: String) throws(InvalidInput) -> Double? {
            guard let text = values[name], !text.isEmpty else { return nil }
            guard let value = Double(text) else {
                throw failure(line, "has \"\(text.prefix(40))\" for \(name), which is not a number")
            }
            return value
        }
        guard let latency = try number("latency_us") else { throw failure(line, "has no latency_us") }
        let weight = try number("weight") ?? 1
        do throws(InvalidInput) {
            if let load = try number("load") {
                guard try number("batch") == nil, try number("context") == nil else {
                    throw InvalidInput(field: "", rule: "has both load and batch or context: it must have one")
                }
                return try LatencySample(load: load, latency: latency, weight: weight)
            }
            guard let batch = try number("batch"), let context = try number("context") else {
                throw InvalidInput(field: "", rule: "has neither load nor batch and context")
            }
            return try LatencySample(batch: batch, context: context, latency: latency, weight: weight)
        } catch {
            if error.rule.hasPrefix("Line ") { throw error }
            throw failure(line, "cannot be used: \(error)")
        }
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

    private static func failure(_ line: Int, _ what: String) -> InvalidInput {
        InvalidInput(field: "", rule: "Line \(line) \(what).")
    }
}
