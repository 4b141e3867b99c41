import ArgumentParser
import SizingAPI

/// Runs a `POST` route on a file and prints its answer for people.
enum TableCommand {
    static func run(_ path: String, _ file: String) throws {
        let body: [UInt8]
        do throws(Input.Unreadable) {
            body = try Input.read(file)
        } catch {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
        guard let answer = SizingService().post(body, to: path, pretty: true) else {
            Output.error("\(path) is not offered")
            throw ExitCode(ExitStatus.unavailable)
        }
        Output.write(Array(AnswerTable.text(of: answer.body).utf8))
        if answer.status >= 400 { throw ExitCode(ExitStatus.refused) }
    }
}
