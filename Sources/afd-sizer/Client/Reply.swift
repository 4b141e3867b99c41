import ArgumentParser
import SizingContract

/// What came of a question: the same from an operation here and from a service.
enum Reply {
    /// JSON text.
    case answer([UInt8])
    /// A problem document.
    case problem([UInt8])

    init(_ result: Result<[UInt8], ProblemDocument>) {
        switch result {
        case .success(let text): self = .answer(text)
        case .failure(let problem): self = .problem(problem.text(pretty: true))
        }
    }

    /// Asks a service.
    ///
    /// - Throws: exit code 69 where there is no answer, which is said on standard error.
    init(_ client: ServiceClient, _ ask: (ServiceClient) throws(NoAnswer) -> ServiceResponse) throws(ExitCode) {
        do throws(NoAnswer) {
            let response = try ask(client)
            if response.status == 200 {
                self = .answer(response.body)
            } else if response.status >= 400, response.contentType == "application/problem+json" {
                self = .problem(response.body)
            } else {
                throw NoAnswer("answered \(response.status)")
            }
        } catch {
            Output.error("\(client.url.isTLS ? "https" : "http")://\(client.url.authority): \(error.description)")
            throw ExitCode(ExitStatus.unavailable)
        }
    }
}
