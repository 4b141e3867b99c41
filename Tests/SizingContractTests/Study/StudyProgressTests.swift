import Testing

@testable import SizingContract

struct StudyProgressTests {
    private let scenarios = (0..<7).map { Array("scenario \($0)".utf8) }

    private func line(_ scenario: Int) -> [UInt8] {
        StudyRecord(scenario: scenario, text: scenarios[scenario]).line(.success(Array("{}".utf8)))
            .dropLast()
    }

    private func shard(_ text: String) throws -> StudyShard { try #require(StudyShard(text)) }

    @Test func aNewPartGetsAllOfItsShard() throws {
        var progress = StudyProgress(shard: try shard("1/3"))
        var answered: [Int] = []
        for text in scenarios {
            if case .answer(let record) = try progress.scenarioWasRead(text) { answered.append(record.scenario) }
        }
        try progress.scenariosEnded()
        #expect(answered == [1, 4])
        #expect(progress.answeredBefore == 0)
    }

    @Test(arguments: 0...3)
    func aPartGoesOnWhereItEnds(before: Int) throws {
        var progress = StudyProgress(shard: try shard("0/3"))
        let owned = [0, 3, 6]
        for scenario in owned.prefix(before) { try progress.recordWasRead(line(scenario)) }
        #expect(progress.answeredBefore == before)
        var answered: [Int] = []
        for text in scenarios {
            if case .answer(let record) = try progress.scenarioWasRead(text) { answered.append(record.scenario) }
        }
        try progress.scenariosEnded()
        #expect(answered == Array(owned.dropFirst(before)))
    }

    @Test func aChangedScenarioIsNoticed() throws {
        var progress = StudyProgress(shard: .whole)
        try progress.recordWasRead(line(0))
        try progress.recordWasRead(line(1))
        #expect(try progress.scenarioWasRead(scenarios[0]) == .skip)
        #expect(throws: StudyError.changedScenario(1)) { try progress.scenarioWasRead(Array("scenario one".utf8)) }
    }

    @Test func aPartOfAnotherShardIsNoticed() throws {
        var progress = StudyProgress(shard: try shard("0/2"))
        try progress.recordWasRead(line(0))
        #expect(throws: StudyError.otherScenario(line: 2, found: 3, expected: 2)) {
            try progress.recordWasRead(line(3))
        }
    }

    @Test func anotherFileIsNoticed() {
        var progress = StudyProgress(shard: .whole)
        #expect(throws: StudyError.notARecord(line: 1)) { try progress.recordWasRead(Array("{\"results\":[]}".utf8)) }
    }

    @Test func fewerScenariosThanAnswersAreNoticed() throws {
        var progress = StudyProgress(shard: .whole)
        try progress.recordWasRead(line(0))
        try progress.recordWasRead(line(1))
        #expect(try progress.scenarioWasRead(scenarios[0]) == .skip)
        #expect(throws: StudyError.tooManyRecords(scenarios: 1)) { try progress.scenariosEnded() }
    }

    @Test func aShardBeyondTheScenariosIsEmpty() throws {
        var progress = StudyProgress(shard: try shard("9/10"))
        for text in scenarios { #expect(try progress.scenarioWasRead(text) == .skip) }
        try progress.scenariosEnded()
    }
}
