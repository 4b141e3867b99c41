extension ReplayBundle {
    /// How requests enter.
    struct Admission: Sendable {
        var byTokens: Bool
        /// Microseconds from its arrival on that a client waits.
        var patience: Double
        /// Whether the prefill instances give the first token.
        var afterPrefill: Bool

        /// Tokens that a request holds at its end.
        func need(_ row: Int, _ table: RequestTable) -> Double {
            Double(table[row].prefill) + Double(steps(row, table))
        }

        /// Steps that it is decoded for.
        func steps(_ row: Int, _ table: RequestTable) -> Int { Int(table[row].decode) - (afterPrefill ? 1 : 0) }
    }
}
