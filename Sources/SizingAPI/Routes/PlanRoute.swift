import HTTPServer
import HTTPTypes
import SizingContract

/// `/v1/plan`: a plan for a body or for names, and with `export` the plan in the terms of a runtime.
enum PlanRoute {
    static func route(within ledger: WorkLedger) -> Route {
        var route = Route.post(PlanOperation(), within: ledger)
        route.get = Route.get(PlanByNameOperation(), within: ledger) { head, _ throws(ProblemDocument) in
            try PlanQuery.decode(head.queryItems)
        }
        guard let plain = route.post else { return route }
        route.post = { head, segment in
            // What is no export takes the way of all other operations.
            guard head.queryItems.contains(where: { $0.name == "export" }) else { return plain(head, segment) }
            if let refusal = JSONOptions.refusal(head) { return .respond(refusal) }
            do throws(ProblemDocument) {
                let query = try Query(head.queryItems, names: ["export", "pretty"])
                let pretty = try query.flag("pretty")
                guard let format = ExportFormat(rawValue: query["export"] ?? "") else {
                    let names = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ProblemDocument(.badRequest, "The query parameter \"export\" must be one of \(names).")
                }
                let exchange = Exchange(PlanExportOperation(format), within: ledger, pretty: pretty)
                return .collect(limit: PlanExportOperation.maximumLength) { exchange.answer($0.body) }
            } catch {
                return .respond(Response(error))
            }
        }
        return route
    }
}
