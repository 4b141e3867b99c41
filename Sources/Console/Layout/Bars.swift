/// Plots of one line of text.
enum Bars {
    private static let heights = Array("▁▂▃▄▅▆▇█")
    private static let eighths = Array(" ▏▎▍▌▋▊▉")

    /// Eighths of a line's height from 0 to `most`, at most `width` of them: each the highest of what it stands for.
    ///
    /// - Parameters:
    ///   - values: in order; a space stands for nil.
    ///   - most: what a full height stands for.
    ///   - width: of the text.
    static func sparkline(_ values: [Double?], most: Double, width: Int) -> String {
        let columns = min(width, values.count)
        guard columns > 0 else { return "" }
        return String(
            (0..<columns).map { column in
                let part = values[(column * values.count / columns)..<((column + 1) * values.count / columns)]
                guard let value = part.compactMap({ $0 }).max() else { return " " }
                guard most > 0, value > 0 else { return heights[0] }
                return heights[min(7, max(0, Int(min(1, value / most) * 8)))]
            })
    }

    /// A bar from the left, to an eighth of a character.
    ///
    /// - Parameters:
    ///   - fraction: 0…1 of `width`; beyond it, the nearer end.
    ///   - width: of the text, with the spaces behind the bar.
    static func bar(_ fraction: Double, width: Int) -> String {
        guard width > 0, fraction.isFinite else { return "" }
        let parts = Int((min(1, max(0, fraction)) * Double(width * 8)).rounded())
        let rest = parts % 8
        return String(repeating: "█", count: parts / 8) + (rest > 0 ? String(eighths[rest]) : "")
    }
}
