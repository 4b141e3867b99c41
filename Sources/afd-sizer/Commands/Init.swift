import ArgumentParser
import Console
import Glibc

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a request to begin with, and says on standard error what to change in it.",
        discussion: """
            Requests are plain JSON, which has no comments; those of this command go to standard error. What is written is accepted as it \
            is. For workload and calibrate it is a table.

            EXAMPLES
              afd-sizer init size > request.json && afd-sizer size request.json
              afd-sizer init replay > replay.json
              afd-sizer init calibrate > samples.csv
            """)

    /// The commands that have a request.
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case size, curve, simulate, plan, replay, workload, calibrate
    }

    @Argument(help: "The command that the request is for.")
    var command: Name

    @Flag(help: "Only ASCII in the comments.")
    var ascii = false

    @Flag(name: .shortAndLong, help: "No comments.")
    var quiet = false

    func run() throws {
        guard let starter = Starter.of(command.rawValue) else {
            throw ValidationError("There is none for \(command.rawValue).")
        }
        if !quiet {
            let terminal = OutputOptions.terminal(of: STDERR_FILENO, isPlain: ascii)
            Output.write(Array(starter.comments(terminal).utf8), to: STDERR_FILENO)
        }
        try Output.answer(Array(starter.text.utf8))
    }
}
