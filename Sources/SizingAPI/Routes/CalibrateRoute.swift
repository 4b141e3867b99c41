import HTTPServer
import HTTPTypes
import SizingContract
import Text

/// `POST /v1/calibrate`: samples in JSON or, as `text/csv`, in a table.
enum CalibrateRoute {
    static let route: Route = {
        let operation = CalibrateOperation()
        var route = Route.post(operation)
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
                let query = try Query(head, names: ["layers", "pretty"])
                pretty = try query.flag("pretty")
                layers = query["layers"]
            } catch {
                return .respond(Response(error))
            }
            return .collect(limit: CalibrateOperation.maximumLength) { request in
                .deferred { work in
                    do throws(ProblemDocument) {
                        var input =
                            isTable
                            ? try CalibrateRequest(csv: request.body) : try operation.input(from: request.body)
                        if let layers { input = try input.repeated(layers: layers) }
                        let text = try operation.answer(
                            to: input, pretty: pretty, OperationContext(work, start: MonotonicClock.milliseconds()))
                        return Response(json: text)
                    } catch {
                        return Response(error, pretty: pretty)
                    }
                }
            }
        }
        return route
    }()
}
