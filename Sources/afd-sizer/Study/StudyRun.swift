import Glibc
import SizingContract

/// `size --scenarios`: answers the scenarios of a shard, a line each, and goes on where a part ends.
struct StudyRun {
    /// NDJSON: a request of `POST /v1/size` in each line; lines of white space alone do not count.
    let scenarios: String
    let shard: StudyShard
    /// nil or `-` is standard output.
    let output: String?

    /// Answers that were there before, and those that were added.
    func run() throws -> (before: Int, added: Int) {
        var progress = StudyProgress(shard: shard)
        let file = try StudyFile(path: output)
        try file.resume(&progress)
        let answers = StudyAnswers()
        let batchSize = StudyAnswers.batchSize(cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var batch: [(record: StudyRecord, text: [UInt8])] = []
        var added = 0
        func flush() throws {
            try file.write(Array(answers.lines(batch).joined()))
            added += batch.count
            batch.removeAll(keepingCapacity: true)
        }
        var reader = try LineReader(path: scenarios)
        while let line = try reader.next() {
            if Self.isBlank(line.bytes) { continue }
            if case .answer(let record) = try progress.scenarioWasRead(line.bytes) {
                batch.append((record, line.bytes))
                if batch.count == batchSize { try flush() }
            }
        }
        try flush()
        try progress.scenariosEnded()
        try file.synchronise()
        return (progress.answeredBefore, added)
    }

    static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
