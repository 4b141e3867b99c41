extension JSONParser {
    /// Adds line, column and JSON Pointer to what stopped the parser.
    func locate(_ stop: Stop) -> JSONError {
        var line = 1
        var lineStart = 0
        for i in 0..<min(stop.offset, end) where text[i] == 0x0A {
            line += 1
            lineStart = i + 1
        }
        return JSONError(
            reason: stop.reason, offset: stop.offset, line: line, column: stop.offset - lineStart + 1,
            pointer: pointer(for: stop.reason))
    }

    /// The path through the open containers to the value that was being read.
    private func pointer(for reason: JSONError.Reason) -> String {
        var tokens: [String] = []
        var index = container
        while index != JSONParser.none {
            let node = tape[Int(index)]
            if node.kind == .array {
                if node.count > 0 { tokens.append(String(node.count - 1)) }
            } else if case .duplicateKey(let key) = reason, index == container {
                tokens.append(key)
            } else if isInName, index == container {
                // The object itself is the closest value there is.
            } else if let name = lastName(of: Int(index), count: node.count) {
                tokens.append(self.name(at: name))
            }
            index = node.next
        }
        return JSONPointer.text(tokens.reversed())
    }

    private func lastName(of object: Int, count: Int) -> Int? {
        if count == 0 { return nil }
        var index = object + 1
        for _ in 1..<count { index = Int(tape[index + 1].next) }
        return index
    }
}
