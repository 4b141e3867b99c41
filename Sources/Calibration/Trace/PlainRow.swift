/// A row as nearly all are, and where the next one begins.
struct PlainRow: ~Copyable {
    var prefill = 0
    var decode = 0
    /// Where the time of the arrival stands; empty without one.
    var arrival = 0..<0
    /// The blocks of the prompt, of a row of JSON.
    var blocks = BlockList()
    /// Where all columns stand, of rows that have others than these.
    var fields = RowFields()
    /// Where the row ends, without the end of its line.
    var end = 0
    var next = 0
}
