import JSON

/// A problem document for people: what was asked, what is wrong with it, and each field in the words of whoever gave it.
public enum Refusal {
    /// What a request was made of.
    public enum Origin: Sendable, Equatable {
        /// A file, or standard input where it is `-`.
        case file(String)
        /// A file, read as flags say, which the service knows by these names.
        case fileWithFlags(String, [String])
        /// A file, one member of which a flag has replaced.
        case fileWithMember(String, String, flag: String)
        /// Flags of the command line, of which the service makes a query.
        case flags
    }

    /// Lines for standard error.
    ///
    /// - Parameters:
    ///   - problem: a problem document as JSON; what is not comes back as it is.
    ///   - origin: what the request was made of.
    public static func text(_ problem: [UInt8], of origin: Origin) -> String {
        // A service that does not know who asks says nothing of the request.
        if let root = try? JSONDocument(parsing: problem).root, root["status"]?.number == 401 {
            return "--server-token: \(root["detail"]?.string ?? "")"
        }
        return switch origin {
        case .flags: body(problem, asFlags: true)
        case .file(let path): name(path) + body(problem, asFlags: false)
        case .fileWithFlags(let path, let names): name(path) + spelled(body(problem, asFlags: false), names)
        case .fileWithMember(let path, let member, let flag): text(problem, path, member, flag)
        }
    }

    /// What is wrong with the member is said of the flag; with the file, where there is more than that.
    private static func text(_ problem: [UInt8], _ path: String, _ member: String, _ flag: String) -> String {
        let errors = (try? JSONDocument(parsing: problem).root)?["errors"].map { Array($0.elements) } ?? []
        func isOfMember(_ error: JSONValue) -> Bool {
            let pointer = error["pointer"]?.string ?? ""
            return pointer == "/" + member || pointer.hasPrefix("/\(member)/")
        }
        guard !errors.isEmpty, errors.allSatisfy(isOfMember) else { return text(problem, of: .file(path)) }
        return errors.map { joined(flag, $0["detail"]?.string ?? "") }.joined(separator: "\n")
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
        return pointer.isEmpty ? detail : joined(pointer, detail)
    }

    /// A rule goes on after its field's name, as "must be …" does; a sentence with a subject of its own stands behind a colon.
    private static func joined(_ name: String, _ detail: String) -> String {
        let first = detail.prefix { $0 != " " && $0 != "," }
        return verbs.contains(first) ? "\(name) \(detail)" : "\(name): \(detail)"
    }

    private static let verbs: Set<Substring> = [
        "must", "is", "are", "was", "has", "have", "does", "do", "needs", "makes", "may", "leaves", "cannot", "gives",
        "names",
        "takes", "holds", "breaks", "stands", "would", "can", "allows", "asks", "puts", "belongs", "goes", "needed",
    ]

    /// `/batch_size` is `--batch-size`, and so are parameters that a sentence names.
    private static func flags(_ pointer: String, _ detail: String) -> String {
        let marker = "must have the parameter \""
        if pointer.isEmpty, detail.hasPrefix(marker) {
            return "\(flag(String(detail.dropFirst(marker.count).prefix { $0 != "\"" }))) is needed"
        }
        guard !pointer.isEmpty else { return detail }
        // An element is said of the flag that gives them all.
        let member = "/" + pointer.dropFirst().prefix { $0 != "/" }
        let name = members[pointer] ?? lists[member] ?? String(pointer.dropFirst())
        return joined(flag(name), detail)
    }

    /// Members of the request that flags ask for, whose names are not those of the flags.
    private static let members = [
        "/hardware/attention": "attention_device", "/hardware/ffn": "ffn_device",
        "/prefill/device": "prefill_device", "/prefill/tensor_parallel": "prefill_tensor_parallel",
        "/hardware/communication/link": "link", "/arrivals": "requests_per_second",
        "/arrivals/cv": "dispersion",
    ]
    private static let lists = ["/ratios": "ratio", "/policies": "policy"]

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
