import ArgumentParser
import Console
import Glibc
import SizingContract

/// Runs an operation on a file or on flags in place of a request, here or in a service, and prints its answer.
enum AnswerCommand {
    /// Runs `operation` on the JSON text in `file`.
    ///
    /// - Parameters:
    ///   - operation: what is asked.
    ///   - file: holds the request; `-` is standard input.
    ///   - output: how the answer is printed.
    ///   - report: the answer for people.
    ///   - server: the service that is asked, where one is.
    ///   - query: what the service is told beside the text.
    ///   - change: of the text, before it is read.
    ///   - progress: takes the fraction that is done.
    ///   - origin: what the request was made of, where that is more than the file.
    ///   - beforeOutput: called when the answer is ready and not yet printed.
    static func run<Work: JSONOperation>(
        _ operation: Work, _ file: String, _ output: OutputOptions, _ report: AnswerReport, server: ServerOptions,
        query: [(name: String, value: String)] = [], change: ([UInt8]) -> [UInt8] = { $0 },
        progress: (@Sendable (Double) -> Void)? = nil, origin: Refusal.Origin? = nil,
        beforeOutput: () -> Void = {}
    ) throws {
        let text = change(try text(of: file))
        let reply = try reply(operation, text, server, query: query, progress: progress)
        beforeOutput()
        try print(reply, output, report, of: origin ?? .file(file))
    }

    /// What comes of a JSON text, here or in the service.
    ///
    /// - Parameters:
    ///   - operation: what is asked.
    ///   - text: the request.
    ///   - server: the service that is asked, where one is.
    ///   - query: what the service is told beside the text.
    ///   - progress: takes the fraction that is done.
    static func reply<Work: JSONOperation>(
        _ operation: Work, _ text: [UInt8], _ server: ServerOptions, query: [(name: String, value: String)] = [],
        progress: (@Sendable (Double) -> Void)? = nil
    ) throws -> Reply {
        if let client = try server.client() {
            return try Reply(client) { client throws(NoAnswer) in
                try client.post("\(Work.name)", query + [("pretty", "")], body: text, type: "application/json")
            }
        }
        return Reply(
            Result { () throws(ProblemDocument) in
                try operation.answer(to: text, pretty: true, OperationContext(progress: progress))
            })
    }

    /// Asks by names and values, as a query does.
    ///
    /// - Parameters:
    ///   - operation: what is asked.
    ///   - items: names and values.
    ///   - output: how the answer is printed.
    ///   - report: the answer for people.
    ///   - server: the service that is asked, where one is.
    ///   - decode: reads `items`.
    static func run<Work: Operation>(
        _ operation: Work, _ items: [(name: String, value: String)], _ output: OutputOptions, _ report: AnswerReport,
        server: ServerOptions, decode: () throws(ProblemDocument) -> Work.Input
    ) throws {
        let reply: Reply
        if let client = try server.client() {
            reply = try Reply(client) { client throws(NoAnswer) in
                try client.get("\(Work.name)", items + [("pretty", "")])
            }
        } else {
            reply = Reply(
                Result { () throws(ProblemDocument) in
                    try operation.answer(to: try decode(), pretty: true, OperationContext())
                })
        }
        try print(reply, output, report, of: .flags)
    }

    /// What flags ask for.
    ///
    /// - Throws: exit code 1 where they are refused, which is said on standard error.
    static func decoded<Asked>(
        _ output: OutputOptions, _ decode: () throws(ProblemDocument) -> Asked
    ) throws -> Asked {
        do throws(ProblemDocument) { return try decode() } catch {
            throw refuse(error.text(pretty: true), output, of: .flags)
        }
    }

    /// Prints an answer to standard output. A problem goes to standard error, with exit code 1: in words, or as it is where JSON
    /// was asked for.
    ///
    /// - Parameters:
    ///   - reply: what is printed.
    ///   - output: how.
    ///   - report: the answer for people.
    ///   - origin: what the request was made of.
    ///   - chosen: a sentence on what was chosen for the caller: above the table, or on standard error beside JSON.
    static func print(
        _ reply: Reply, _ output: OutputOptions, _ report: AnswerReport, of origin: Refusal.Origin, chosen: String = ""
    ) throws {
        switch reply {
        case .answer(let text):
            guard output.format == .json else {
                return try Output.answer(Array(report.text(text, output.terminal, chosen: chosen).utf8))
            }
            if !chosen.isEmpty { Output.error(chosen) }
            try Output.answer(text)
        case .problem(let problem): throw refuse(problem, output, of: origin)
        }
    }

    /// Says on standard error why there is no answer.
    ///
    /// - Returns: how the command ends.
    static func refuse(_ problem: [UInt8], _ output: OutputOptions, of origin: Refusal.Origin) -> ExitCode {
        if output.output == .json {
            Output.write(problem, to: STDERR_FILENO)
        } else {
            Output.error(output.terminal.shown(Refusal.text(problem, of: origin)))
        }
        return ExitCode(ExitStatus.refused)
    }

    /// The text of a file, gzip undone.
    ///
    /// - Throws: exit code 69 where the file cannot be read, which is said on standard error.
    static func text(of file: String) throws -> [UInt8] {
        try read { () throws(Unreadable) in try PackedFile.text(of: file) }
    }

    /// The bytes of a file as they are.
    ///
    /// - Throws: as ``text(of:)`` does.
    static func contents(of file: String) throws -> [UInt8] {
        try read { () throws(Unreadable) in try FileReader.contents(of: file) }
    }

    private static func read(_ bytes: () throws(Unreadable) -> [UInt8]) throws -> [UInt8] {
        do throws(Unreadable) { return try bytes() } catch {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
    }
}
