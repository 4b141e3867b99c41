import Sizing
import Testing
import Text

@testable import Calibration

@Suite("Timetables of traces")
struct RequestTimetableTests {
    private static func rows(_ table: RequestTimetable) -> [TimedRequest] {
        var reader = table.packed.reader
        var rows: [TimedRequest] = []
        while let row = reader.next() { rows.append(row) }
        return rows
    }

    /// 40,000 rows, one in ten seconds, each written up to `late` seconds after it arrived; some at the same time.
    private static func written(late: Int) -> [(time: Int, prefill: Int)] {
        var state: UInt64 = 88_172_645_463_325_252
        func random() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let rows = (0..<40_000).map { index in
            (time: index / 2 * 10_000_000, written: index / 2 * 10 + Int(random() % UInt64(late + 1)), prefill: index)
        }
        return rows.sorted { ($0.written, $0.prefill) < ($1.written, $1.prefill) }.map { ($0.time, $0.prefill) }
    }

    @Test(
        "rows that are far more than the window's come out by arrival, equal ones as they came", arguments: [0, 3000])
    func sorted(late: Int) throws {
        var table = RequestTimetable()
        let written = Self.written(late: late)
        for (index, row) in written.enumerated() {
            table.add(at: row.time, prefill: row.prefill, output: 5, cached: nil, row: index + 1)
            #expect(table.count == index + 1)
        }
        // Two windows of rows as they are, and the others packed.
        #expect(table.memory < 24 * 16_384 + 10 * 40_000)
        try table.finish()
        let expected = written.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let first = written[0].time
        let found = Self.rows(table)
        #expect(found.map(\.prefill) == expected.map { Int32($0.element.prefill) })
        #expect(found.map(\.arrival) == expected.map { Double($0.element.time - first) / 1e6 })
        #expect(table.warnings.contains { $0.code == "sorted" } == (late > 0))
    }

    @Test("the limit counts all rows, packed or not")
    func limit() {
        var table = RequestTimetable(limit: 20_000)
        for index in 0..<20_001 {
            table.add(at: index * 10_000_000, prefill: 1, output: 1, cached: 0, row: index + 1)
        }
        #expect(table.count == 20_000)
        #expect(throws: InvalidInput.self) { try table.finish() }
    }
}
