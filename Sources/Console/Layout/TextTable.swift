/// Columns under each other, as many as there is room for.
///
/// Optional columns are left out from the right until the rest fits. Where it never does, the columns go into several
/// tables under each other, the first column in each.
struct TextTable {
    struct Column {
        var title: String
        var isLeft = false
        var isOptional = false

        init(_ title: String, left: Bool = false, optional: Bool = false) {
            self.title = title
            isLeft = left
            isOptional = optional
        }
    }

    private static let gap = 2

    private var columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    var isEmpty: Bool { rows.isEmpty }

    /// Columns that are empty in every row are not shown.
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines for a width.
    func lines(width: Int, indent: Int = 0) -> [String] {
        let room = width - indent
        var shown = columns.indices.filter { column in
            column == 0 || rows.contains { column < $0.count && !$0[column].isEmpty }
        }
        while total(shown) > room, let last = shown.last(where: { columns[$0].isOptional }) {
            shown.removeAll { $0 == last }
        }
        return blocks(shown, room).enumerated().flatMap { number, block in
            (number > 0 ? [""] : []) + lines(of: block).map { String(repeating: " ", count: indent) + $0 }
        }
    }

    /// Columns that go together: what fits beside the first.
    private func blocks(_ shown: [Int], _ room: Int) -> [[Int]] {
        guard let first = shown.first else { return [] }
        var blocks: [[Int]] = []
        var block = [first]
        for column in shown.dropFirst() {
            if block.count > 1, total(block + [column]) > room {
                blocks.append(block)
                block = [first]
            }
            block.append(column)
        }
        return blocks + [block]
    }

    private func lines(of block: [Int]) -> [String] {
        let widths = block.map(width)
        func line(_ cell: (Int) -> String) -> String {
            var line = ""
            for (column, width) in zip(block, widths) {
                let text = cell(column)
                let padding = String(repeating: " ", count: max(0, width - text.count))
                line += columns[column].isLeft ? text + padding : padding + text
                line += String(repeating: " ", count: Self.gap)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
        let titles = block.contains { !columns[$0].title.isEmpty } ? [line { columns[$0].title }] : []
        return titles + rows.map { row in line { $0 < row.count ? row[$0] : "" } }
    }

    private func width(_ column: Int) -> Int {
        rows.reduce(columns[column].title.count) { max($0, column < $1.count ? $1[column].count : 0) }
    }

    private func total(_ shown: [Int]) -> Int {
        shown.reduce(0) { $0 + width($1) } + Self.gap * max(0, shown.count - 1)
    }
}
