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
            guard let type = head[.contentType], MediaType(type).essence == "text/csv" else {
                return json(head, segment)
            }
            let pretty: Bool
            do throws(ProblemDocument) {
                pretty = try JSONOptions.isPretty(head)
            } catch {
                return .respond(Response(error))
            }
            return .collect(limit: CalibrateOperation.maximumLength) { request in
                .deferred { work in
                    do throws(ProblemDocument) {
                        let text = try operation.answer(
                            to: try CalibrateRequest(csv: request.body), pretty: pretty,
                            OperationContext(work, start: MonotonicClock.milliseconds()))
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
