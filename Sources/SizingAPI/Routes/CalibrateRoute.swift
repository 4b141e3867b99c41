import Calibration
import HTTPServer
import HTTPTypes
import JSON
import Numerics
import Sizing
import Text

/// `POST /v1/calibrate`: measured latencies in, coefficients with their errors out.
enum CalibrateRoute {
    /// The longest body, bytes.
    static let limit = 16 << 20

    static let route: Route = {
        var route = Route.postJSON("/v1/calibrate", limit: limit) { request in .deferred { _ in answer(request) } }
        let json = route.post
        route.post = { head, segment in
            let essence = head[.contentType]?.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
            guard essence == "text/csv" else {
                return json?(head, segment) ?? .respond(Problem.internal.response())
            }
            let pretty: Bool
            do throws(Problem) { pretty = try JSONOptions.isPretty(head) } catch { return .respond(error.response()) }
            return .collect(limit: limit) { request in
                .deferred { _ in answer(csv: request.body, head: request.head, pretty: pretty) }
            }
        }
        return route
    }()

    private typealias Stage = (name: StaticString, calibration: StageCalibration)

    private static func answer(_ request: JSONRequest) -> Response {
        var problems = Problems()
        guard let object = ObjectReader(request.root, fields: CalibrationSchema.stages, &problems) else {
            return request.respond(Problem(problems))
        }
        var stages: [Stage] = []
        for name in CalibrationSchema.stages {
            guard let value = object.optional(name),
                let stage = ObjectReader(value, fields: ["samples"], &problems),
                let samples = stage.required("samples", &problems).flatMap({ CalibrationSchema.samples($0, &problems) })
            else { continue }
            let calibration = problems.checked(value, try StageCalibration(samples))
            if let calibration { stages.append((name, calibration)) }
        }
        if stages.isEmpty, problems.isEmpty {
            problems.add(request.root, "must have samples of attention, ffn or communication")
        }
        guard problems.isEmpty else { return request.respond(Problem(problems)) }
        return request.respond { write(stages, request.root.canonicalHash(), into: &$0) }
    }

    /// Answers a table of samples (`text/csv`).
    static func answer(csv body: [UInt8], head: RequestHead?, pretty: Bool) -> Response {
        var stages: [Stage] = []
        do throws(InvalidInput) {
            for (name, samples) in try SampleTable.read(body) {
                guard let known = CalibrationSchema.stages.first(where: { $0.description == name }) else {
                    throw InvalidInput(
                        field: "",
                        rule: "The stage \"\(name.prefix(40))\" is not known; attention, ffn and communication are.")
                }
                do throws(InvalidInput) {
                    stages.append((known, try StageCalibration(samples)))
                } catch {
                    throw InvalidInput(field: "\(name).\(error.field)", rule: error.rule)
                }
            }
        } catch {
            return Problem(.unprocessableContent, error.description).response(pretty: pretty)
        }
        stages.sort { one, other in
            index(one.name) < index(other.name)
        }
        var writer = JSONWriter(pretty: pretty, capacity: 4096)
        write(stages, SipHash128.hash(body), into: &writer)
        guard let bytes = try? writer.finish() else { return Problem.internal.response(pretty: pretty) }
        return Response(status: .ok, fields: [.contentType: "application/json"], body: .bytes(bytes))
    }

    private static func index(_ name: StaticString) -> Int {
        CalibrationSchema.stages.firstIndex { $0.description == name.description } ?? 0
    }

    private static func write(_ stages: [Stage], _ hash: SipHash128.Value, into writer: inout JSONWriter) {
        writer.beginObject()
        for (name, calibration) in stages {
            writer.object(name) { CalibrationSchema.write(calibration, into: &$0) }
        }
        Provenance.write(
            hash: hash,
            assumptions: ["errors of samples are independent; weights are inverse variances up to a factor"],
            into: &writer)
        writer.endObject()
    }
}
