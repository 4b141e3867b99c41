import Foundation

/// The traces beside the project (`../shared`, or where `AFD_SHARED` says). Checks that read them are skipped where absent.
enum SharedData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["AFD_SHARED"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared")
            .standardizedFileURL
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "data").path) }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: "data/\(name)")))
    }

    /// The inside of a gzip file, by the gzip command.
    static func inflated(_ name: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", folder.appending(path: "data/\(name)").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }
}
