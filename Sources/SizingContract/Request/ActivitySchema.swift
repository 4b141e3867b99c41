import Calibration
import JSON
import Text

/// Arrivals and blocks of an answer of `/v1/workload`, read back. Sessions and prefixes cannot be merged, and are not.
enum ActivitySchema {
    /// Members of the answer.
    static let fields: [StaticString] = ["arrivals", "sessions", "prefixes", "blocks"]
    /// The largest time, microseconds: as traces are read.
    private static let times = -9_000_000_000_000_000...9_000_000_000_000_000

    /// - Parameter requests: of the trace.
    static func decode(
        _ object: ObjectReader, requests: Int, _ errors: inout ValidationErrors
    ) -> ActivitySummary? {
        let counts = object.optional("arrivals").flatMap { $0["counts"] }.flatMap { arrivals($0, &errors) }
        let blocksValue = object.optional("blocks")
        let read = blocksValue.flatMap { blocks($0, &errors) }
        if let blocksValue, let read, read.count > requests {
            errors.add(blocksValue, "must not have more requests than sums")
        }
        return counts == nil && read == nil ? nil : ActivitySummary(arrivals: counts, blocks: read)
    }

    private static func arrivals(_ value: JSONValue, _ errors: inout ValidationErrors) -> ArrivalCounts? {
        let fields: [StaticString] = ["first_us", "last_us", "window_us", "start_us", "requests"]
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let first = object.required("first_us", &errors)?.integer(in: times, &errors)
        let last = object.required("last_us", &errors)?.integer(in: times, &errors)
        let width = object.required("window_us", &errors)?.integer(in: 1...times.upperBound, &errors)
        let start = object.required("start_us", &errors)?.integer(in: times, &errors)
        let counts = object.required("requests", &errors)?.integers(in: 0...(1 << 53), &errors)
        guard let first, let last, let width, let start, let counts else { return nil }
        guard first <= last else {
            errors.add(value, "must have first_us up to last_us")
            return nil
        }
        return errors.checked(value, try ArrivalCounts(width: width, start: start, counts: counts, span: first...last))
    }

    private static func blocks(_ value: JSONValue, _ errors: inout ValidationErrors) -> RequestBlocks? {
        let sums: [StaticString] = ["p", "d", "pp", "pd", "dd", "s2", "s3"]
        guard let object = ObjectReader(value, fields: ["level", "first", "requests"] + sums, &errors) else {
            return nil
        }
        let before = errors.total
        let level = object.required("level", &errors)?.integer(in: 0...57, &errors)
        let first = object.required("first", &errors)?.integer(in: times, &errors)
        let requests = object.required("requests", &errors)?.integers(in: 0...(1 << 53), &errors)
        let digits = sums.map { name -> [String] in
            let elements = object.required(name, &errors)?.array(limit: RequestBlocks.maximumBlocks, &errors)
            return elements?.map { $0.text(&errors) ?? "" } ?? []
        }
        guard errors.total == before, let level, let first, let requests else { return nil }
        return errors.checked(value, try RequestBlocks(level: level, first: first, requests: requests, sums: digits))
    }
}
