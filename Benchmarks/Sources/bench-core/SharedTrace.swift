import Glibc
import Sizing

/// Traces in the folder that AFD_SHARED_DATA names.
enum SharedTrace {
    /// The Azure 2023 conversation trace; nil where it is absent.
    static let azure: RequestTrace? = {
        guard let folder = getenv("AFD_SHARED_DATA"),
            let text = read(String(cString: folder) + "/azure2023_conv.csv")
        else { return nil }
        var prefill: [Int] = []
        var decode: [Int] = []
        for row in text.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = row.split(separator: ",")
            guard fields.count == 3, let one = Int(fields[1]), let two = Int(fields[2]), two >= 1 else { continue }
            prefill.append(one)
            decode.append(two)
        }
        return try? RequestTrace(prefill: prefill, decode: decode)
    }()

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
