/// What a misspelt name was probably meant to be.
public enum NearestName {
    /// `; did you mean "…"?`, or nothing where no name is near. Distances ignore case, and `_`, space and `/` count as `-`.
    public static func suggestion(for name: String, among names: [String]) -> String {
        guard let nearest = nearest(to: name, among: names) else { return "" }
        return "; did you mean \"\(nearest)\"?"
    }

    /// The name with the least edit distance, where that is at most half of the name's length or one begins the other.
    public static func nearest(to name: String, among names: [String]) -> String? {
        // Bounds the work on hostile input: no name is that long.
        let wanted = normal(name.utf8.prefix(64))
        guard !wanted.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in names {
            let bytes = normal(candidate.utf8.prefix(64))
            var distance = Self.distance(wanted, bytes)
            if bytes.starts(with: wanted) || wanted.starts(with: bytes) { distance = min(distance, 1) }
            guard distance <= max(2, wanted.count / 2) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }

    private static func normal(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
            case UInt8(ascii: "_"), UInt8(ascii: " "), UInt8(ascii: "/"): UInt8(ascii: "-")
            default: byte
            }
        }
    }

    /// Levenshtein's distance.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
