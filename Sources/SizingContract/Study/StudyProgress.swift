import Dispatch
import Synchronization

/// Answers scenarios, several at a time on all cores.
public struct StudyAnswers: Sendable {
    private let operation = SizeOperation()

    public init() {}

    /// How many scenarios to give at once, so that all cores are busy and few answers are missing when the process is killed.
    public static func batchSize(cores: Int) -> Int { 8 * max(1, cores) }

    /// Lines in the order of the scenarios, with their line feeds.
    public func lines(_ scenarios: [(record: StudyRecord, text: [UInt8])]) -> [[UInt8]] {
        let lines = Mutex([[UInt8]](repeating: [], count: scenarios.count))
        DispatchQueue.concurrentPerform(iterations: scenarios.count) { place in
            let (record, text) = scenarios[place]
            let line = line(record, text)
            lines.withLock { $0[place] = line }
        }
        return lines.withLock { $0 }
    }

    private func line(_ record: StudyRecord, _ text: [UInt8]) -> [UInt8] {
        do throws(ProblemDocument) {
            return record.line(.success(try operation.answer(to: text, pretty: false)))
        } catch {
            return record.line(.failure(error))
        }
    }
}

/// How far a part of a study is, from the lines that it already has: nothing is answered twice, and what no longer fits is noticed.
///
/// First every complete line of the part goes to ``recordWasRead(_:)``, then every scenario to ``scenarioWasRead(_:)``, then
/// ``scenariosEnded()``.
public struct StudyProgress: Sendable {
    /// What to do with a scenario.
    public enum Action: Equatable, Sendable {
        /// Its answer is due, as the next line of the part.
        case answer(StudyRecord)
        /// It is another shard's, or it was answered before.
        case skip
    }

    public let shard: StudyShard
    /// Hashes of the scenarios that were answered, in order.
    private var answered: [String] = []
    /// Scenarios read so far.
    private var scenarios = 0

    public init(shard: StudyShard) { self.shard = shard }

    /// Answers that the part had when it was opened.
    public var answeredBefore: Int { answered.count }

    /// A line of the part, without its line feed.
    public mutating func recordWasRead(_ line: [UInt8]) throws(StudyError) {
        let number = answered.count + 1
        guard let record = StudyRecord(line: line) else { throw .notARecord(line: number) }
        let expected = shard.index + answered.count * shard.count
        guard record.scenario == expected else {
            throw .otherScenario(line: number, found: record.scenario, expected: expected)
        }
        answered.append(record.input)
    }

    /// The next scenario, whose numbers count from 0.
    public mutating func scenarioWasRead(_ text: [UInt8]) throws(StudyError) -> Action {
        defer { scenarios += 1 }
        guard shard.owns(scenarios) else { return .skip }
        let record = StudyRecord(scenario: scenarios, text: text)
        let place = scenarios / shard.count
        guard place < answered.count else { return .answer(record) }
        guard record.input == answered[place] else { throw .changedScenario(scenarios) }
        return .skip
    }

    public func scenariosEnded() throws(StudyError) {
        let owned = (scenarios + shard.count - 1 - shard.index) / shard.count
        guard answered.count <= owned else { throw .tooManyRecords(scenarios: scenarios) }
    }
}
