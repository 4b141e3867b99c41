import Foundation

/// The data that stands beside the project, where it is at hand.
enum SharedData {
    static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["AFD_SHARED"] { return folder + "/data" }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.deletingLastPathComponent().appending(path: "shared/data").path
    }()

    static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + name) }

    static func json(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }
}
