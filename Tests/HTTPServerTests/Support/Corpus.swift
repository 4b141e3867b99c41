import Foundation
import TestSupport

/// The raw requests of `Tests/Fixtures/http-cases.jsonl`.
struct Corpus {
    struct Case: CustomStringConvertible {
        let name: String
        let bytes: [UInt8]
        var description: String { name }
    }

    static let cases: [Case] = {
        guard let bytes = try? Fixture.bytes("http-cases.jsonl") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
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
