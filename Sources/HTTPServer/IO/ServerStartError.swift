import Glibc

/// Why a server could not start.
public struct ServerStartError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// With the text of `errno`.
    static func system(_ what: String) -> ServerStartError {
        let error = errno
        return ServerStartError("\(what): \(String(cString: strerror(error)))")
    }
}
