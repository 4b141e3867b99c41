extension [UInt8] {
    /// Appends the bytes of `span`.
    mutating func append(copying span: Span<UInt8>) {
        reserveCapacity(count + span.count)
        for index in span.indices { append(span[index]) }
    }
}

extension Span<UInt8> {
    /// Whether there is nothing but blanks and line ends.
    var isBlank: Bool {
        for index in indices {
            let byte = self[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return false }
        }
        return true
    }
}
