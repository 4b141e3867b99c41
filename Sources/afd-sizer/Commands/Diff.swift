import ArgumentParser
import Console
import JSON
import SizingContract

struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what two requests, or two answers, differ in.",
        discussion: """
            Of two requests for size, simulate, plan or replay both are answered, and the answers are compared too. The exit code is 0 \
            whether they differ or not.

            EXAMPLES
              afd-sizer diff today.json tomorrow.json
              afd-sizer diff answer-before.json answer-after.json -o json
            """)

    @Argument(help: "A file with a request or an answer, or - for standard input.")
    var before: String

    @Argument(help: "Another, of the same kind.")
    var after: String

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard before != "-" || after != "-" else {
            throw ValidationError("Only one of the two can come from standard input.")
        }
    }

    func run() throws {
        let first = try read(before)
        let second = try read(after)
        guard first.name == second.name else {
            Output.error("\(before) is \(first.name), and \(after) is \(second.name): they cannot be compared")
            throw ExitCode(ExitStatus.refused)
        }
        var requests: (JSONValue, JSONValue)?
        var answers = (first.value, second.value)
        if first.kind != .answer {
            requests = answers
            answers = (try answer(first, before), try answer(second, after))
        }
        switch output.format {
        case .json: try Output.answer(DifferenceReport.json(requests: requests, answers: answers))
        case .table:
            try Output.answer(
                Array(DifferenceReport.text(requests: requests, answers: answers, output.terminal).utf8))
        }
    }

    private struct Document {
        let kind: DocumentKind
        let value: JSONValue
        let text: [UInt8]

        /// What it is, for people.
        var name: String {
            guard kind == .answer else { return "a request for \(kind.rawValue)" }
            return DocumentKind.operation(ofAnswer: value).map { "an answer of \($0)" } ?? "an answer"
        }
    }

    private func read(_ file: String) throws -> Document {
        let text = try AnswerCommand.text(of: file)
        let value: JSONValue
        do throws(ProblemDocument) {
            value = try SizeOperation.value(of: text)
        } catch {
            throw AnswerCommand.refuse(error.text(pretty: true), output, of: .file(file))
        }
        guard let kind = DocumentKind(value) else {
            Output.error("\(file): neither an answer nor a request for size, simulate, plan or replay")
            throw ExitCode(ExitStatus.refused)
        }
        return Document(kind: kind, value: value, text: text)
    }

    private func answer(_ document: Document, _ file: String) throws -> JSONValue {
        let limits = SimulationLimits(maximumTimeout: 86_400_000, defaultTimeout: 86_400_000)
        let reply =
            switch document.kind {
            case .size: try AnswerCommand.reply(SizeOperation(), document.text, server)
            case .simulate: try AnswerCommand.reply(SimulateOperation(Simulations(limits)), document.text, server)
            case .plan: try AnswerCommand.reply(PlanOperation(), document.text, server)
            case .replay: try AnswerCommand.reply(ReplayOperation(limits), document.text, server)
            case .answer: Reply.answer(document.text)
            }
        switch reply {
        case .problem(let problem): throw AnswerCommand.refuse(problem, output, of: .file(file))
        case .answer(let text):
            guard let root = try? JSONDocument(parsing: text).root else {
                Output.error("\(file): its answer is no JSON")
                throw ExitCode(ExitStatus.unavailable)
            }
            return root
        }
    }
}
