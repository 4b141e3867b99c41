import Testing

@testable import SizingContract

struct StudyMergeTests {
    private func line(_ scenario: Int) -> [UInt8] {
        StudyRecord(scenario: scenario, text: Array("\(scenario)".utf8)).line(.success(Array("{}".utf8)))
            .dropLast()
    }

    /// Joins parts that are given as the scenarios of their lines.
    private func join(_ parts: [[Int]]) throws -> [Int] {
        var merge = StudyMerge(parts: parts.count)
        var rest = parts.map { $0[...] }
        func advance(_ part: Int) throws {
            if let scenario = rest[part].popFirst() { try merge.lineWasRead(line(scenario), from: part) }
        }
        for part in parts.indices { try advance(part) }
        var result: [Int] = []
        while let (record, part) = try merge.takeNext() {
            result.append(record.scenario)
            try advance(part)
        }
        #expect(merge.count == result.count)
        return result
    }

    @Test func partsInAnyOrderGiveTheWhole() throws {
        for count in 1...6 {
            for scenarios in 0...20 {
                let parts = (0..<count).map { part in (0..<scenarios).filter { $0 % count == part } }
                #expect(try join(parts) == Array(0..<scenarios))
                #expect(try join(parts.reversed()) == Array(0..<scenarios))
            }
        }
    }

    @Test func aGapIsNoticed() {
        #expect(throws: StudyError.missingScenario(1)) { try join([[0, 2, 4], [3]]) }
        #expect(throws: StudyError.missingScenario(0)) { try join([[1, 2]]) }
        #expect(throws: StudyError.missingScenario(3)) { try join([[0, 2, 4], [1]]) }
    }

    @Test func aRepetitionIsNoticed() {
        #expect(throws: StudyError.repeatedScenario(0)) { try join([[0, 1], [0, 1]]) }
        #expect(throws: StudyError.repeatedScenario(1)) { try join([[0, 1, 2], [1]]) }
        #expect(throws: StudyError.repeatedScenario(0)) { try join([[0, 1, 0]]) }
    }

    @Test func whatIsNoRecordIsNoticed() {
        var merge = StudyMerge(parts: 1)
        #expect(throws: StudyError.notARecord(line: 1)) { try merge.lineWasRead([], from: 0) }
    }
}
