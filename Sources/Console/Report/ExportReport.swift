import JSON

/// A plan in the terms of a runtime: ranks, commands, and what is left to the reader.
enum ExportReport {
    static func write(_ answer: JSONValue, _ page: inout Page) {
        let ranks = answer["ranks"]
        page.sentence(
            "\(Phrase.count(answer["bundles"]?.number ?? 0, "bundle")) of "
                + "\(Phrase.count(ranks?["attention"]?.number ?? 0, "Attention rank")) and "
                + "\(Phrase.count(ranks?["ffn"]?.number ?? 0, "FFN rank")), by \(answer["source"]?.string ?? "").")
        for launch in answer["launches"].map({ Array($0.elements) }) ?? [] {
            page.heading("\(launch["role"]?.string ?? ""), once in each bundle")
            page.sentence((launch["arguments"]?.elements.compactMap(\.string) ?? []).map(quoted).joined(separator: " "))
        }
        if let items = answer["manifest"]?["items"] {
            page.heading("Objects (whole with --output json, under manifest)")
            var table = TextTable([.init("kind", left: true), .init("name", left: true)])
            for item in items.elements {
                table.add([item["kind"]?.string ?? "", item["metadata"]?["name"]?.string ?? ""])
            }
            page.table(table)
        }
        list("What it cannot do", answer["cannot"], &page)
        list("To fill in", answer["to_fill_in"], &page)
        page.notes(answer)
    }

    private static func list(_ title: String, _ sentences: JSONValue?, _ page: inout Page) {
        guard let sentences, sentences.count > 0 else { return }
        page.heading(title)
        for sentence in sentences.elements.compactMap(\.string) { page.sentence(sentence) }
    }

    /// A word for a shell.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:=,".utf8.contains(byte)
            }
        }
        return isPlain && !word.isEmpty
            ? word : "'\(word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
