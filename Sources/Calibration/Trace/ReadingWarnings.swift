import Text

/// What there is to say of the columns of a trace, before any row.
enum ReadingWarnings {
    /// Another column might have been meant.
    static func candidates(_ side: String, _ taken: String, _ others: [String]) -> Warning {
        Warning(
            code: "other_columns",
            detail:
                "The \(side) lengths are those of \"\(taken)\"; \(list(others)) could be meant as well. Choose with \(side)_column.",
            pointer: "/read/columns")
    }

    /// Columns that look like lengths are not known.
    static func unknown(_ names: [String]) -> Warning {
        Warning(
            code: "unknown_token_columns",
            detail:
                "\(list(names)) look\(names.count == 1 ? "s" : "") like tokens of requests too, and \(names.count == 1 ? "is" : "are") not "
                + "added to the lengths. If they hold a part of the prompt or of the output, add them up before.",
            pointer: "/read/columns")
    }

    /// A column names a day or a bucket of time.
    static func period(_ name: String) -> Warning {
        Warning(
            code: "rows_by_period",
            detail:
                "\"\(name)\" names a stretch of time, and no column tells a moment: rows may be totals of many requests. Give a row for each "
                + "request.", pointer: "/read/columns")
    }

    /// The columns of the lengths may be something else, by their names.
    static func lengths(prefill: String, decode: String, asked: Bool) -> [Warning] {
        var warnings: [Warning] = []
        let doubtful = [prefill, decode].filter {
            Vocabulary.oftenCharacters.contains(NameTable.spelling(Array($0.utf8).span))
                || NameTable.spelling(Array($0.utf8).span).contains("char")
        }
        if !doubtful.isEmpty {
            warnings.append(
                Warning(
                    code: "maybe_characters",
                    detail:
                        "\(list(doubtful)) \(doubtful.count == 1 ? "is" : "are") taken for tokens; many logs count characters under such a name, "
                        + "about four times as many. Name a column of tokens if there is one.", pointer: "/read/columns"
                ))
        }
        if asked, isRequested(decode) {
            warnings.append(
                Warning(
                    code: "requested_lengths",
                    detail:
                        "\"\(decode)\" is what was asked for at most: requests that end before it hold their slot for fewer steps.",
                    pointer: "/read/columns"))
        }
        return warnings
    }

    /// Whether a name is that of an output that was asked for.
    static func isRequested(_ name: String) -> Bool {
        Vocabulary.requested.contains { NameTable.alike(Array($0.utf8).span, Array(name.utf8).span) }
    }

    /// `"a", "b" and 3 more`.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(6).map { "\"\($0)\"" }
        let rest = names.count - shown.count
        if rest > 0 { return shown.joined(separator: ", ") + " and \(rest) more" }
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
        return shown.dropLast().joined(separator: ", ") + " and " + last
    }
}
