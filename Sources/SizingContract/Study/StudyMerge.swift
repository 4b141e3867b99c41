/// Joins the parts of a study: whose line comes next.
///
/// Each part gives its lines in order through ``lineWasRead(_:from:)`` or says that it has ended, and gives another one after each that
/// is taken. Nothing but the record's beginning is read, so the lines come out as they went in.
public struct StudyMerge: Sendable {
    /// The scenario at the head of each part; nil for parts that have ended.
    private var heads: [StudyRecord?]
    private var linesRead: [Int]
    private var next = 0

    public init(parts: Int) {
        heads = Array(repeating: nil, count: parts)
        linesRead = Array(repeating: 0, count: parts)
    }

    /// Records taken so far.
    public var count: Int { next }

    /// A line without its line feed.
    public mutating func lineWasRead(_ line: [UInt8], from part: Int) throws(StudyError) {
        linesRead[part] += 1
        guard let record = StudyRecord(line: line) else { throw .notARecord(line: linesRead[part]) }
        guard record.scenario >= next else { throw .repeatedScenario(record.scenario) }
        heads[part] = record
    }

    /// Takes the next record, which is then no longer the head of its part.
    ///
    /// - Returns: the record and its part; nil where all parts have ended.
    public mutating func takeNext() throws(StudyError) -> (record: StudyRecord, part: Int)? {
        let waiting = heads.indices.filter { heads[$0] != nil }
        guard !waiting.isEmpty else { return nil }
        let fitting = waiting.filter { heads[$0]?.scenario == next }
        guard fitting.count < 2 else { throw .repeatedScenario(next) }
        guard let part = fitting.first, let record = heads[part] else { throw .missingScenario(next) }
        heads[part] = nil
        next += 1
        return (record, part)
    }
}
