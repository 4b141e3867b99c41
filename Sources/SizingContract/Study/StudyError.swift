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
