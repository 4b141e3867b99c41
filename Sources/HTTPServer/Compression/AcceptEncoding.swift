/// What codings a client accepts for the response (RFC 9110 section 12.5.3), reduced to the two that this server offers.
struct AcceptEncoding: Sendable, Equatable {
    /// The weight of gzip, in thousandths; 0 is "not acceptable".
    let gzip: Int
    /// The weight of no coding.
    let identity: Int

    /// Reads the combined value of `Accept-Encoding`, or nil where there is no such field.
    ///
    /// - No field: the client has no preference, and gets no coding, since clients that know gzip say so.
    /// - An empty field: no coding is wanted.
    /// - `*` stands for every coding that is not named; `identity` is acceptable unless `identity;q=0` or `*;q=0` says
    ///   otherwise. Malformed elements are ignored. Of an element given twice the lower weight counts.
    init(_ field: String?) {
        var gzip: Int?
        var identity: Int?
        var others: Int?
        for element in (field ?? "").utf8.split(separator: UInt8(ascii: ",")) {
            let parts = element.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0].trimmingBlanks())?.lowercased() ?? ""
            guard let weight = parts.count == 1 ? 1000 : Self.weight(parts[1].trimmingBlanks()) else { continue }
            switch name {
            case "gzip", "x-gzip": gzip = min(gzip ?? weight, weight)
            case "identity": identity = min(identity ?? weight, weight)
            case "*": others = min(others ?? weight, weight)
            default: continue
            }
        }
        self.gzip = gzip ?? others ?? 0
        self.identity = identity ?? (others == 0 ? 0 : 1)
    }

    /// Whether the response is better sent with gzip. A client that refuses both gets no coding.
    var prefersGzip: Bool {
        gzip > 0 && gzip >= identity
    }

    /// `q=` and a weight from 0 to 1 with at most three decimals (RFC 9110 section 12.4.2), in thousandths.
    private static func weight(_ text: Substring.UTF8View) -> Int? {
        let bytes = Array(text)
        guard bytes.count >= 3, bytes.count <= 7, bytes[0] | 0x20 == UInt8(ascii: "q"), bytes[1] == UInt8(ascii: "="),
            bytes[2] == UInt8(ascii: "0") || bytes[2] == UInt8(ascii: "1")
        else { return nil }
        var weight = bytes[2] == UInt8(ascii: "1") ? 1000 : 0
        guard bytes.count > 3 else { return weight }
        guard bytes[3] == UInt8(ascii: ".") else { return nil }
        var unit = 100
        for byte in bytes[4...] {
            guard ByteClass.isDigit(byte) else { return nil }
            weight += Int(byte - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}
