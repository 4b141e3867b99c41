/// A media type with its parameters, as `Content-Type` and `Accept` give it (RFC 9110, section 8.3.1); in lower case.
public struct MediaType: Hashable, Sendable {
    /// `text/csv`.
    public let essence: String
    /// `charset=utf-8`, without spaces around.
    private let parameters: [String]

    public init(_ text: some StringProtocol) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
            .map { Trimmed.blanks(String($0)).lowercased() }
        essence = parts[0]
        parameters = Array(parts.dropFirst())
    }

    /// The value of a parameter as it stands there, quotes included; nil where it is not given.
    public func parameter(_ name: String) -> String? {
        let start = name + "="
        return parameters.first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
    }
}

/// Text without what surrounds it.
public enum Trimmed {
    /// Without spaces and tabs at both ends.
    public static func blanks(_ text: String) -> Substring {
        var rest = text[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
