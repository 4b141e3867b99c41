/// A value with parameters: `form-data; name="trace"; filename="a.csv"`.
struct FormValue {
    /// What stands before the parameters, in lower case.
    let value: String
    private var parameters: [String: String] = [:]

    /// `nil` where it is malformed, a parameter is given twice, or text is not UTF-8.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        func skipBlanks() { while let first = rest.first, ByteClass.isBlank(first) { rest.removeFirst() } }
        let head = rest.prefix { $0 != UInt8(ascii: ";") }
        rest = rest.dropFirst(head.count)
        guard let value = String(validating: head, as: UTF8.self) else { return nil }
        self.value = value.lowercased().filter { $0 != " " && $0 != "\t" }
        while rest.first == UInt8(ascii: ";") {
            rest.removeFirst()
            skipBlanks()
            // A semicolon at the end stands before nothing.
            if rest.isEmpty { break }
            let name = rest.prefix { ByteClass.token.contains($0) }
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, rest.first == UInt8(ascii: "=") else { return nil }
            rest.removeFirst()
            guard let bytes = Self.take(&rest), let parameter = String(validating: bytes, as: UTF8.self) else {
                return nil
            }
            skipBlanks()
            let key = String(decoding: name, as: UTF8.self).lowercased()
            guard parameters.updateValue(parameter, forKey: key) == nil else { return nil }
        }
        guard rest.isEmpty else { return nil }
    }

    subscript(name: String) -> String? { parameters[name] }

    /// A token or a quoted string, taken off the beginning of `rest`.
    private static func take(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.first == UInt8(ascii: "\"") else {
            // Also what is no token by the letter: senders write boundaries with slashes and colons without quotes.
            let token = rest.prefix { $0 != UInt8(ascii: ";") && !ByteClass.isBlank($0) && $0 != UInt8(ascii: "\"") }
            rest = rest.dropFirst(token.count)
            return token.isEmpty ? nil : Array(token)
        }
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return bytes
            // Only quotes and backslashes are escaped: some senders write paths with single ones.
            case UInt8(ascii: "\\") where rest.first == UInt8(ascii: "\"") || rest.first == UInt8(ascii: "\\"):
                bytes.append(rest.removeFirst())
            default: bytes.append(byte)
            }
        }
        return nil
    }
}
