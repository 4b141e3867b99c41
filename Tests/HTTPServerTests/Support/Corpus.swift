import Foundation

/// The raw requests of ../shared/conformance, where they are at hand.
struct Corpus {
    struct Case: CustomStringConvertible {
        let name: String
        let bytes: [UInt8]
        var description: String { name }
    }

    /// The folder, from `AFD_SHARED` or beside the package.
    static let file: URL = {
        let shared =
            ProcessInfo.processInfo.environment["AFD_SHARED"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../../shared")
        return shared.appendingPathComponent("conformance/cases.jsonl").standardized
    }()

    static var isAvailable: Bool { FileManager.default.fileExists(atPath: file.path) }

    static let cases: [Case] = {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let name = object["name"] as? String
            else { return nil }
            if let whole = object["request_base64"] as? String, let data = Data(base64Encoded: whole) {
                return Case(name: name, bytes: Array(data))
            }
            let segments = object["segments"] as? [[Any]] ?? []
            return Case(
                name: name,
                bytes: segments.flatMap {
                    ($0.first as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
                })
        }
    }()
}
