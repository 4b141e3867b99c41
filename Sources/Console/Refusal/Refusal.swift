import JSON

/// A problem document for people: what was asked, what is wrong with it, and each field in the words of whoever gave it.
public enum Refusal {
    /// What a request was made of.
    public enum Origin: Sendable, Equatable {
        /// A file, or standard input where it is `-`.
        case file(String)
        /// Flags of the command line, of which the service makes a query.
        case flags
    }

    /// Lines for standard error.
    ///
    /// - Parameters:
    ///   - problem: a problem document as JSON; what is not comes back as it is.
    ///   - origin: what the request was made of.
    public static func text(_ problem: [UInt8], of origin: Origin) -> String {
        let name =
            switch origin {
            case .file("-"): "standard input: "
            case .file(let path): "\(path): "
            case .flags: ""
            }
        guard let root = try? JSONDocument(parsing: problem).root, let detail = root["detail"]?.string else {
            return name + String(decoding: problem, as: UTF8.self)
        }
        let errors = root["errors"].map { Array($0.elements) } ?? []
        // One error that is told in full needs no count above it.
        if errors.count == 1, let only = errors.first {
            return name + sentence(only, origin)
        }
        return ([name + detail] + errors.map { "  " + sentence($0, origin) }).joined(separator: "\n")
    }

    private static func sentence(_ error: JSONValue, _ origin: Origin) -> String {
        let pointer = error["pointer"]?.string ?? ""
        let detail = error["detail"]?.string ?? ""
        if origin == .flags { return flags(pointer, detail) }
        return pointer.isEmpty ? detail : "\(pointer) \(detail)"
    }

    /// `/batch_size` is `--batch-size`, and so are parameters that a sentence names.
    private static func flags(_ pointer: String, _ detail: String) -> String {
        let marker = "must have the parameter \""
        if pointer.isEmpty, detail.hasPrefix(marker) {
            return "\(flag(String(detail.dropFirst(marker.count).prefix { $0 != "\"" }))) is needed"
        }
        guard !pointer.isEmpty else { return detail }
        return "\(flag(String(pointer.dropFirst()))) \(detail)"
    }

    /// How a parameter is spelt as a flag.
    static func flag(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        return "--" + String(last.map { $0 == "_" ? "-" : $0 })
    }
}
