import Foundation
import Sizing

/// The measurements and traces beside the project (`../shared`, or where `AFD_SHARED` says). Checks that read them are
/// skipped where they are absent.
enum SharedData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["AFD_SHARED"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared")
            .standardizedFileURL
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "data").path) }

    /// The Azure 2023 conversation trace; an output of no tokens counts as one step.
    static func azureTrace() throws -> RequestTrace {
        let text = try String(contentsOf: folder.appending(path: "data/azure2023_conv.csv"), encoding: .utf8)
        var prefill: [Int] = []
        var decode: [Int] = []
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let columns = line.split(separator: ",")
            prefill.append(Int(columns[1]) ?? -1)
            decode.append(max(1, Int(columns[2]) ?? -1))
        }
        return try RequestTrace(prefill: prefill, decode: decode)
    }
}
