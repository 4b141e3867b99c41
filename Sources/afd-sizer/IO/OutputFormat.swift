import ArgumentParser
import Glibc

/// How a command prints its answer.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json

    static let help: ArgumentHelp = "table or json (default: a table on a terminal, JSON into a pipe or file)."

    /// The format that was asked for, or the one that suits standard output.
    static func chosen(_ given: OutputFormat?) -> OutputFormat {
        given ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json)
    }
}
