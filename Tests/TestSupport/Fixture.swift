import Foundation

/// Files that tests read, in `Tests/Fixtures`; its README says where each comes from.
public enum Fixture {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures").standardized

    /// The bytes of a file. Throws where there is none: a fixture that is missing is a failure, not a reason to skip.
    public static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// The numbers in the rows of a CSV file below its heading, by the heading's names. Cells that are no numbers are left out.
    public static func numbers(_ name: String) throws -> [[String: Double]] {
        let lines = String(decoding: try bytes(name), as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",").map(String.init) }
        let heading = lines.first ?? []
        return lines.dropFirst().map { row in
            Dictionary(
                uniqueKeysWithValues: zip(heading, row).compactMap { name, cell in Double(cell).map { (name, $0) } })
        }
    }
}
