import ArgumentParser
import Console
import Glibc

/// How a command prints its answer.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// The flags of every command that answers.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "table or json (default: a table on a terminal, JSON into a pipe or file).", valueName: "format"))
    var output: OutputFormat?

    @Flag(help: "Only ASCII in tables and plots, as on a dumb terminal.")
    var ascii = false

    /// The format that was asked for, or the one that suits standard output.
    var format: OutputFormat { output ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json) }

    var terminal: Terminal { Self.terminal(of: STDOUT_FILENO, isPlain: ascii) }

    static func terminal(of descriptor: Int32, isPlain: Bool) -> Terminal {
        Terminal(
            columns: variable("COLUMNS"), reported: reportedWidth(descriptor), term: variable("TERM"), isPlain: isPlain)
    }

    private static func reportedWidth(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return Int(size.ws_col)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
