/// One of N parts of a study: part i has the scenarios i, i + N, i + 2N and so on, counted from 0.
public struct StudyShard: Sendable, Equatable {
    /// 0 to `count` − 1.
    public let index: Int
    /// At least 1.
    public let count: Int

    /// All scenarios.
    public static let whole = StudyShard(index: 0, count: 1)

    public static let maximumCount = 1_000_000

    private init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// From `I/N`, as in `0/8` to `7/8`: decimal digits alone.
    ///
    /// - Returns: nil where the text is no such pair, I is not below N, or N is beyond ``maximumCount``.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Self.number(parts[0]), let count = Self.number(parts[1]),
            index < count, count <= Self.maximumCount
        else { return nil }
        self.init(index: index, count: count)
    }

    private static func number(_ text: Substring) -> Int? {
        // Int takes a sign too.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    public func owns(_ scenario: Int) -> Bool { scenario % count == index }
}
