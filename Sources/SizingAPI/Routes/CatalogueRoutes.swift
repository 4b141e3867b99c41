import HTTPServer
import SizingContract

/// `GET /v1/catalog`, `/v1/catalog/devices/{id}`, `/v1/catalog/models/{id}`, and `POST /v1/catalog/models`.
enum CatalogueRoutes {
    static func routes(within ledger: WorkLedger) -> [Route] {
        [
            Route.get(CatalogueOperation(), of: .all, within: ledger),
            Route(
                prefix: "/v1/catalog/devices/", segment: "id",
                get: Route.get(CatalogueOperation(), within: ledger) { head, id throws(ProblemDocument) in
                    (.device(id), pretty: try JSONOptions.isPretty(head))
                }),
            Route(
                prefix: "/v1/catalog/models/", segment: "id",
                get: { head, id in
                    do throws(ProblemDocument) {
                        let (question, pretty) = try question(head)
                        let input = try ModelOperation.input(id: id)
                        switch Exchange(ModelOperation(question), within: ledger, pretty: pretty).answer(to: input) {
                        case .now(let response): return .respond(response)
                        case let later: return .collect(limit: nil) { _ in later }
                        }
                    } catch {
                        return .respond(Response(error))
                    }
                }),
            Route(
                ModelOperation.name,
                post: { head, _ in
                    if let refusal = JSONOptions.refusal(head) { return .respond(refusal) }
                    do throws(ProblemDocument) {
                        let (question, pretty) = try question(head)
                        let exchange = Exchange(ModelOperation(question), within: ledger, pretty: pretty)
                        return .collect(limit: nil) { exchange.answer($0.body) }
                    } catch {
                        return .respond(Response(error))
                    }
                }),
        ]
    }

    /// `context`, `kv` and `weights` of the query.
    private static func question(
        _ head: RequestHead
    ) throws(ProblemDocument) -> (ModelOperation.Question, pretty: Bool) {
        let query = try Query(head.queryItems, names: ["context", "kv", "weights", "pretty"])
        let question = try ModelOperation.Question(
            context: query["context"], kv: query["kv"], weights: query["weights"])
        return (question, try query.flag("pretty"))
    }
}
