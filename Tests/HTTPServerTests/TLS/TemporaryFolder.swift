import Foundation

/// A folder that goes with the test that made it.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("afd-sizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        url.appendingPathComponent(name).path
    }

    /// Replaces the file by renaming, as certificate managers do.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    /// Writes certificate and key of `identity` as `tls.crt` and `tls.key`.
    func write(_ identity: TestIdentity) throws {
        try write(identity.certificatePEM, to: "tls.crt")
        try write(identity.keyPEM, to: "tls.key")
    }
}
