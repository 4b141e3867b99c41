import Foundation

/// The program as a person runs it: arguments and standard input in, exit status and what it wrote out.
struct Program {
    struct Outcome: CustomStringConvertible {
        let status: Int32
        let output: String
        let error: String

        /// The output as a JSON object.
        func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
        }

        var description: String { "status \(status)\noutput: \(output.prefix(2000))\nerror: \(error.prefix(2000))" }
    }

    /// The program stands beside the binary of the tests.
    static let file = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "afd-sizer")

    /// Runs the program to its end. Nothing waits on a thread of the pool that runs the tests.
    ///
    /// - Parameters:
    ///   - arguments: of the command line.
    ///   - input: what standard input holds.
    ///   - outputFile: where standard output goes; the outcome's `output` is empty then.
    ///   - environment: variables beside those of the tests; COLUMNS and TERM are not handed on.
    ///   - program: another one in place of this.
    static func run(
        _ arguments: [String], input: String = "", outputFile: String? = nil, environment: [String: String] = [:],
        program: String? = nil
    ) async throws -> Outcome {
        let folder = try TemporaryFolder()
        let standardInput = try folder.file("input", input)
        let output = URL(filePath: try outputFile ?? folder.file("output", ""))
        let error = URL(filePath: try folder.file("error", ""))
        let process = Process()
        process.executableURL = program.map { URL(filePath: $0) } ?? file
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" && $0.key != "TERM" }
            .merging(environment) { _, new in new }
        process.currentDirectoryURL = folder.url
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: standardInput))
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: outputFile == nil ? try String(contentsOf: output, encoding: .utf8) : "",
            error: try String(contentsOf: error, encoding: .utf8))
    }
}

/// A folder that goes away with the last reference to it.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "afd-sizer-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let file = url.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
