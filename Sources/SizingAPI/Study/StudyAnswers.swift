import Dispatch
import Synchronization

/// Answers scenarios, several at a time on all cores.
public struct StudyAnswers: Sendable {
    private let service = SizingService()

    public init() {}

    /// How many scenarios to give at once, so that all cores are busy and little is lost when the process is killed.
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
        // The service has this path.
        let answer = service.post(text, to: "/v1/size", pretty: false) ?? (status: 500, body: Array("{}".utf8))
        return record.line(status: answer.status, answer: answer.body)
    }
}
