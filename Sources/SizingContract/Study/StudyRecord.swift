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

/// One of N parts of a study: part i has the scenarios i, i + N, i + 2N and so on, counted from 0.
public struct StudyShard: Sendable, Equatable {
    /// 0 to `count` − 1.
    public let index: Int
    /// At least 1.
    public let count: Int

    /// All scenarios.
    public static let whole = StudyShard(index: 0, count: 1)

    public static let maximumCount = 1_000_000

    private init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// From `I/N`, as in `0/8` to `7/8`: decimal digits alone.
    ///
    /// - Returns: nil where the text is no such pair, I is not below N, or N is beyond ``maximumCount``.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Self.number(parts[0]), let count = Self.number(parts[1]),
            index < count, count <= Self.maximumCount
        else { return nil }
        self.init(index: index, count: count)
    }

    private static func number(_ text: Substring) -> Int? {
        // Int takes a sign too.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    public func owns(_ scenario: Int) -> Bool { scenario % count == index }
}

/// Why a study cannot go on, or its parts cannot be joined. Scenarios that are refused are no such errors: they are records.
public enum StudyError: Error, Equatable, CustomStringConvertible {
    /// A complete line of a part is no record. Lines count from 1.
    case notARecord(line: Int)
    /// A part holds another scenario than its shard has at this place.
    case otherScenario(line: Int, found: Int, expected: Int)
    /// What was answered is no longer what the scenarios say.
    case changedScenario(Int)
    /// A part has answers beyond the last scenario.
    case tooManyRecords(scenarios: Int)
    /// No part has this scenario.
    case missingScenario(Int)
    /// Two parts have it, or it is not in order.
    case repeatedScenario(Int)

    public var description: String {
        switch self {
        case .notARecord(let line): "line \(line) is no record of a study"
        case .otherScenario(let line, let found, let expected):
            "line \(line) is scenario \(found), where this shard has \(expected): a part of another shard?"
        case .changedScenario(let scenario): "scenario \(scenario) is not what was answered: the scenarios have changed"
        case .tooManyRecords(let scenarios): "there are answers beyond the last of \(scenarios) scenarios"
        case .missingScenario(let scenario): "no part has scenario \(scenario)"
        case .repeatedScenario(let scenario): "scenario \(scenario) is there twice, or not in order"
        }
    }
}
