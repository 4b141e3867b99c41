import HTTPServer
import HTTPTypes
import SizingContract
import Text

/// `POST /v1/calibrate`: samples in JSON or, as `text/csv`, in a table.
enum CalibrateRoute {
    static func route(within ledger: WorkLedger) -> Route {
        let operation = CalibrateOperation()
        var route = Route.post(operation, within: ledger)
        guard let json = route.post else { return route }
        route.post = { head, segment in
            let isTable = head[.contentType].map { MediaType($0).essence == "text/csv" } ?? false
            // What is only JSON takes the way of all other operations.
            guard isTable || head.queryItems.contains(where: { $0.name == "layers" }) else {
                return json(head, segment)
            }
            if !isTable, let refusal = JSONOptions.refusal(head) { return .respond(refusal) }
            let pretty: Bool
            let layers: String?
            do throws(ProblemDocument) {
                let query = try Query(head.queryItems, names: ["layers", "pretty"])
                pretty = try query.flag("pretty")
                layers = query["layers"]
            } catch {
                return .respond(Response(error))
            }
            let exchange = Exchange(operation, within: ledger, pretty: pretty)
            return .collect(limit: CalibrateOperation.maximumLength) { request in
                let start = MonotonicClock.milliseconds()
                return .deferred { work in
                    exchange.response(on: work, since: start) { () throws(ProblemDocument) in
                        let input =
                            isTable
                            ? try CalibrateRequest(csv: request.body) : try operation.input(from: request.body)
                        return if let layers { try input.repeated(layers: layers) } else { input }
                    }
                }
            }
        }
        return route
    }
}
