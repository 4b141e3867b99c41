import Text

/// Files that are no text, told by their first bytes, each with the command that makes text of it.
enum TraceSignature {
    private static let known: [(bytes: [UInt8], name: String, command: String)] = [
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz", "xz -dc trace.xz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd (zst)", "zstd -dc trace.zst"),
        ([0x42, 0x5A, 0x68], "compressed with bzip2", "bzip2 -dc trace.bz2"),
        ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4", "lz4 -dc trace.lz4"),
        ([0x1F, 0x9D], "compressed with compress", "gzip -dc trace.Z"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "7z x -so trace.7z"),
        (
            [0x50, 0x4B, 0x03, 0x04], "a zip archive (or a spreadsheet: save it as CSV)", "unzip -p trace.zip"
        ),
        ([0x50, 0x41, 0x52, 0x31], "Parquet", "duckdb -csv -c \"SELECT * FROM 'trace.parquet'\""),
        (
            Array("ARROW1".utf8), "an Arrow (Feather) file",
            "python3 -c \"import pyarrow.feather as f; print(f.read_feather('trace.arrow').to_csv(index=False))\""
        ),
        (
            [0xFF, 0xFF, 0xFF, 0xFF], "an Arrow stream",
            "python3 -c \"import pyarrow as p; print(p.ipc.open_stream('trace.arrow').read_pandas().to_csv(index=False))\""
        ),
        (Array("ORC".utf8), "ORC", "duckdb or pandas: pandas.read_orc('trace.orc').to_csv()"),
        (Array("Obj\u{1}".utf8), "Avro", "avro-tools tojson trace.avro"),
        (Array("SQLite format 3".utf8), "an SQLite database", "sqlite3 -header -csv trace.db 'SELECT …'"),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array", "numpy.savetxt('trace.csv', …, delimiter=',')"),
        ([0x80, 0x04, 0x95], "a Python pickle", "pandas.read_pickle('trace.pkl').to_csv()"),
        ([0xFF, 0xFE, 0x00, 0x00], "UTF-32", "iconv -f UTF-32 -t UTF-8 trace.csv"),
        ([0xFF, 0xFE], "UTF-16", "iconv -f UTF-16 -t UTF-8 trace.csv"),
        ([0xFE, 0xFF], "UTF-16", "iconv -f UTF-16 -t UTF-8 trace.csv"),
    ]

    /// The longest signature, in bytes.
    static let length = 16

    /// Why a text that begins so cannot be read; `nil` where nothing speaks against it.
    ///
    /// - Parameter start: the first line, or at least ``length`` bytes.
    static func refusal(_ start: Span<UInt8>) -> InvalidInput? {
        if start.count >= 2, start[0] == 0x1F, start[1] == 0x8B {
            return failure("The trace is compressed: send it with Content-Encoding: gzip.")
        }
        for (bytes, name, command) in known where begins(start, bytes) {
            return failure(
                "The trace is \(name), not text. Convert it to UTF-8 text: \(command) | afd-sizer workload -")
        }
        // Without a mark: every other byte of ASCII is zero.
        if start.count >= 4, start[1] == 0, start[3] == 0, start[0] != 0 || start[2] != 0 {
            return failure(
                "The trace is UTF-16, not UTF-8. Convert it: iconv -f UTF-16LE -t UTF-8 trace.csv | afd-sizer workload -"
            )
        }
        for index in start.indices where start[index] < 0x20 {
            let byte = start[index]
            guard byte == 0x09 || byte == 0x0A || byte == 0x0D else {
                return failure("The trace is not text: its first line has control characters.")
            }
        }
        return nil
    }

    private static func begins(_ text: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
        guard text.count >= bytes.count else { return false }
        for index in bytes.indices where text[index] != bytes[index] { return false }
        return true
    }

    private static func failure(_ sentence: String) -> InvalidInput { InvalidInput(field: "", rule: sentence) }
}
