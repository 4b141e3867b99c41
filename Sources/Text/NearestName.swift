/// What a misspelt name was probably meant to be.
public enum NearestName {
    /// `; did you mean "…"?`, or nothing where no name is near. Distances ignore case, and `_`, space and `/` count as `-`.
    public static func suggestion(for name: String, among names: [String]) -> String {
        guard let nearest = nearest(to: name, among: names) else { return "" }
        return "; did you mean \"\(nearest)\"?"
    }

    /// The name with the smallest edit distance (insertions, deletions, substitutions and swaps of neighbours), where it is small
    /// enough to be what was meant: at most a third of the name's length, and at least one. From three letters on it is also enough that
    /// one begins the other (`alpha` for `alpha_us`).
    public static func nearest(to name: String, among names: [String]) -> String? {
        // Bounds the work on hostile input: no name is that long.
        let wanted = normal(name.utf8.prefix(64))
        guard !wanted.isEmpty else { return nil }
        let limit = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in names {
            let bytes = normal(candidate.utf8.prefix(64))
            var distance = Self.distance(wanted, bytes)
            if wanted.count >= 3, bytes.count >= 3, bytes.starts(with: wanted) || wanted.starts(with: bytes) {
                distance = min(distance, 1)
            }
            guard distance <= limit else { continue }
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

    /// Optimal string alignment distance.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in 0..<b.count {
                var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
