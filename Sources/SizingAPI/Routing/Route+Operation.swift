import HTTPServer
import HTTPTypes
import SizingContract

extension Route {
    /// `POST` of a JSON text to an operation: content type and query are checked, and what is in the body is answered.
    ///
    /// A caller that accepts `text/event-stream` gets events, where the input reports progress.
    static func post<Work: JSONOperation>(_ operation: Work, within ledger: WorkLedger) -> Route {
        Route(
            Work.name,
            post: { head, _ in
                if let refusal = JSONOptions.refusal(head) { return .respond(refusal) }
                let pretty: Bool
                do throws(ProblemDocument) {
                    pretty = try JSONOptions.isPretty(head)
                } catch {
                    return .respond(Response(error))
                }
                if Work.canReportProgress, EventStream.isWanted(head) {
                    let exchange = Exchange(operation, within: ledger)
                    return .collect(limit: Work.maximumLength) { exchange.events($0.body) }
                }
                let exchange = Exchange(operation, within: ledger, pretty: pretty)
                return .collect(limit: Work.maximumLength) { exchange.answer($0.body) }
            })
    }

    /// A `GET` that always asks the same of an operation.
    static func get<Work: Operation>(
        _ operation: Work, of input: Work.Input, within ledger: WorkLedger
    ) -> Route {
        Route(
            Work.name,
            get: get(operation, within: ledger) { head, _ throws(ProblemDocument) in
                (input, pretty: try JSONOptions.isPretty(head))
            })
    }

    /// A `GET` whose input comes from the head of the request and the last segment of the path.
    ///
    /// - Parameter input: the input, and whether the answer is to be indented.
    static func get<Work: Operation>(
        _ operation: Work, within ledger: WorkLedger,
        _ input: @escaping @Sendable (RequestHead, String) throws(ProblemDocument) -> (Work.Input, pretty: Bool)
    ) -> Method {
        { head, segment in
            do throws(ProblemDocument) {
                let (input, pretty) = try input(head, segment)
                switch Exchange(operation, within: ledger, pretty: pretty).answer(to: input) {
                case .now(let response): return .respond(response)
                case let later: return .collect(limit: nil) { _ in later }
                }
            } catch {
                return .respond(Response(error))
            }
        }
    }
}
