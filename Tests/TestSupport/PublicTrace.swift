import Foundation

/// A public trace of requests: a seed that is always here, or the whole, which stands beside the project or not at all.
public struct PublicTrace: Sendable, CustomStringConvertible {
    public let description: String
    private let file: URL

    /// The first 1,000 rows of the Azure 2023 conversation trace (CSV).
    public static let azureSeed = PublicTrace(
        description: "Azure, seed", file: Fixture.folder.appending(path: "azure2023-conv-seed.csv"))
    /// The first 300 rows of Mooncake's synthetic trace (NDJSON).
    public static let mooncakeSeed = PublicTrace(
        description: "Mooncake, seed", file: Fixture.folder.appending(path: "mooncake-synthetic-seed.jsonl"))
    /// All 19,366 rows of the Azure trace (CSV).
    public static let azure = PublicTrace(description: "Azure", file: shared.appending(path: "azure2023_conv.csv"))
    /// All 3,993 rows of Mooncake's trace (NDJSON, gzip).
    public static let mooncake = PublicTrace(
        description: "Mooncake", file: shared.appending(path: "mooncake_synthetic.jsonl.gz"))

    /// `data` in the folder that `AFD_SHARED` names, or in `../shared`.
    private static let shared: URL = {
        let folder =
            ProcessInfo.processInfo.environment["AFD_SHARED"].map { URL(filePath: $0) }
            ?? Fixture.folder.appending(path: "../../../shared").standardized
        return folder.appending(path: "data")
    }()

    /// Why a test of a whole trace is skipped.
    public static let absence = "the whole trace is not in ../shared/data (AFD_SHARED names another place)"

    public var isPresent: Bool { FileManager.default.fileExists(atPath: file.path) }

    /// The text of the trace, inflated by the gzip command where it is compressed.
    public func bytes() throws -> [UInt8] {
        guard file.pathExtension == "gz" else { return Array(try Data(contentsOf: file)) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }

    /// Prefill and decode lengths in tokens, by a reader of its own; an output of no tokens counts as one step.
    public func lengths() throws -> (prefill: [Int], decode: [Int]) {
        let lines = String(decoding: try bytes(), as: UTF8.self).split(whereSeparator: \.isNewline)
        let pairs: [(Int, Int)]
        if file.lastPathComponent.contains(".json") {
            pairs = try lines.map { line in
                let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return (row?["input_length"] as? Int ?? -1, row?["output_length"] as? Int ?? -1)
            }
        } else {
            pairs = lines.dropFirst().map { line in
                let cells = line.split(separator: ",")
                return (Int(cells[1]) ?? -1, Int(cells[2]) ?? -1)
            }
        }
        return (pairs.map(\.0), pairs.map { max(1, $0.1) })
    }
}
