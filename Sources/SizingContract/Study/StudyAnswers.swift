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
