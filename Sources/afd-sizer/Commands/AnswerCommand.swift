import ArgumentParser
import SizingContract

/// Runs an operation on a file in place of a request, and prints its answer.
enum AnswerCommand {
    /// How an answer is printed for people.
    struct Table: Sendable {
        /// From the answer as JSON text.
        let text: @Sendable ([UInt8]) -> [UInt8]
        /// The same, from a problem document.
        let problem: @Sendable ([UInt8]) -> [UInt8]

        /// Members and tables, whatever the answer.
        static let general = Table(
            text: { Array(AnswerTable.text(of: $0).utf8) }, problem: { Array(AnswerTable.text(of: $0).utf8) })

        /// A table of its own; problems stay JSON.
        static func summary(_ text: @escaping @Sendable ([UInt8]) -> [UInt8]) -> Table { Table(text: text) { $0 } }
    }

    /// Runs `operation` on the JSON text in `file`.
    ///
    /// - Parameters:
    ///   - change: of the checked input, before it is run.
    ///   - progress: takes the fraction that is done.
    ///   - beforeOutput: called when the answer is ready and not yet printed.
    static func run<Work: JSONOperation>(
        _ operation: Work, _ file: String, _ format: OutputFormat = .json, _ table: Table = .general,
        change: (inout Work.Input) -> Void = { _ in }, progress: (@Sendable (Double) -> Void)? = nil,
        beforeOutput: () -> Void = {}
    ) throws {
        let text = try contents(of: file)
        let result = Result { () throws(ProblemDocument) in
            var input = try operation.input(from: text)
            change(&input)
            return try operation.answer(to: input, pretty: true, OperationContext(progress: progress))
        }
        beforeOutput()
        try print(result, format, table)
    }

    /// Prints an answer; a problem goes to standard output too, with exit code 1.
    static func print(
        _ result: Result<[UInt8], ProblemDocument>, _ format: OutputFormat, _ table: Table = .general
    ) throws {
        switch result {
        case .success(let text): try Output.answer(format == .table ? table.text(text) : text)
        case .failure(let problem):
            let text = problem.text(pretty: true)
            try Output.answer(format == .table ? table.problem(text) : text)
            throw ExitCode(ExitStatus.refused)
        }
    }

    /// - Throws: exit code 69 where the file cannot be read, which is said on standard error.
    static func contents(of file: String) throws -> [UInt8] {
        do throws(Unreadable) {
            return try FileReader.contents(of: file)
        } catch {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
    }
}
