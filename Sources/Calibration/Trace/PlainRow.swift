/// A row as nearly all are, and where the next one begins.
struct PlainRow {
    var prefill = 0
    var decode = 0
    /// Where the further columns stand; cleared where only the lengths were asked for.
    var fields = RowFields()
    var next = 0
}
