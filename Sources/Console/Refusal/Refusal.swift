import JSON

/// A problem document for people: what was asked, what is wrong with it, and each field in the words of whoever gave it.
public enum Refusal {
    /// What a request was made of.
    public enum Origin: Sendable, Equatable {
        /// A file, or standard input where it is `-`.
        case file(String)
        /// A file, read as flags say, which the service knows by these names.
        case fileWithFlags(String, [String])
        /// Flags of the command line, of which the service makes a query.
        case flags
    }

    /// Lines for standard error.
    ///
    /// - Parameters:
    ///   - problem: a problem document as JSON; what is not comes back as it is.
    ///   - origin: what the request was made of.
    public static func text(_ problem: [UInt8], of origin: Origin) -> String {
        switch origin {
        case .flags: body(problem, asFlags: true)
        case .file(let path): name(path) + body(problem, asFlags: false)
        case .fileWithFlags(let path, let names): name(path) + spelled(body(problem, asFlags: false), names)
        }
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard input: " : "\(path): " }

    private static func body(_ problem: [UInt8], asFlags: Bool) -> String {
        guard let root = try? JSONDocument(parsing: problem).root, let detail = root["detail"]?.string else {
            return String(decoding: problem, as: UTF8.self)
        }
        let errors = root["errors"].map { Array($0.elements) } ?? []
        // One error that is told in full needs no count above it.
        if errors.count == 1, let only = errors.first { return sentence(only, asFlags) }
        return ([detail] + errors.map { "  " + sentence($0, asFlags) }).joined(separator: "\n")
    }

    private static func sentence(_ error: JSONValue, _ asFlags: Bool) -> String {
        let pointer = error["pointer"]?.string ?? ""
        let detail = error["detail"]?.string ?? ""
        if asFlags { return flags(pointer, detail) }
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

    /// `text` with the names of parameters as flags, where they stand as words of their own.
    static func spelled(_ text: String, _ names: [String]) -> String {
        var words: [Substring] = []
        var word = text.startIndex
        func isPart(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
        var index = text.startIndex
        while index < text.endIndex {
            let first = isPart(text[index])
            word = index
            while index < text.endIndex, isPart(text[index]) == first { index = text.index(after: index) }
            words.append(text[word..<index])
        }
        return words.map { names.contains(String($0)) ? flag(String($0)) : String($0) }.joined()
    }

    /// How a parameter is spelt as a flag.
    static func flag(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        return "--" + String(last.map { $0 == "_" ? "-" : $0 })
    }
}
