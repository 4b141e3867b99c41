import JSON
import SizingNumerics

/// One line of a study's results: which scenario, a hash of its text, and the answer of `POST /v1/size` or the problem that it has.
///
///     {"scenario":7,"input":"0f…","result":{…}}
///     {"scenario":8,"input":"3a…","problem":{…}}
///
/// The beginning is fixed, so that a line can be recognised without being parsed.
public struct StudyRecord: Sendable, Equatable {
    /// From 0.
    public let scenario: Int
    /// Of the bytes of the scenario's line: the study goes on, and is joined, only over the scenarios it began with.
    /// 32 hexadecimal digits.
    public let input: String

    private static let opening = Array("{\"scenario\":".utf8)
    private static let middle = Array(",\"input\":\"".utf8)
    private static let hashDigits = 32

    public init(scenario: Int, text: [UInt8]) {
        self.scenario = scenario
        input = SipHash128.hash(text).hexadecimal
    }

    /// Reads the beginning of a line without its line feed; nil where it is no record.
    public init?(line: [UInt8]) {
        guard line.starts(with: Self.opening), line.last == UInt8(ascii: "}") else { return nil }
        var rest = line[Self.opening.count...]
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty, digits.count <= 18, let scenario = Int(String(decoding: digits, as: UTF8.self)) else {
            return nil
        }
        rest = rest[digits.endIndex...]
        guard rest.starts(with: Self.middle) else { return nil }
        rest = rest.dropFirst(Self.middle.count)
        let input = rest.prefix(Self.hashDigits)
        guard rest.count > Self.hashDigits, rest[input.endIndex] == UInt8(ascii: "\""),
            input.allSatisfy(Self.isHexadecimal)
        else { return nil }
        self.scenario = scenario
        self.input = String(decoding: input, as: UTF8.self)
    }

    /// The whole line with its line feed.
    ///
    /// - Parameter answer: a JSON text in one line, or why there is none.
    public func line(_ answer: Result<[UInt8], ProblemDocument>) -> [UInt8] {
        let name: String
        let text: [UInt8]
        switch answer {
        case .success(let bytes): (name, text) = ("\",\"result\":", bytes)
        case .failure(let problem): (name, text) = ("\",\"problem\":", problem.text())
        }
        var line = Self.opening
        line.reserveCapacity(text.count + 96)
        line += String(scenario).utf8
        line += Self.middle
        line += input.utf8
        line += name.utf8
        line += text
        line += "}\n".utf8
        return line
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
