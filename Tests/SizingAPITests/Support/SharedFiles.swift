import Foundation

/// The traces beside the project (`../shared`, or where `AFD_SHARED` says); tests that need them are skipped without.
enum SharedFiles {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["AFD_SHARED"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared")
            .standardizedFileURL
    }()

    static var arePresent: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "data").path) }

    /// Prefill and decode lengths of the Azure 2023 conversation trace; an output of no tokens counts as one step.
    static func azureTrace() throws -> (prefill: [Int], decode: [Int]) {
        let text = try String(contentsOf: folder.appending(path: "data/azure2023_conv.csv"), encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
        return (rows.map { Int($0[1]) ?? -1 }, rows.map { max(1, Int($0[2]) ?? -1) })
    }
}
