import JSON
import SizingContract

/// An answer of the service without a server around it.
public struct Reply {
    public let status: Int
    public let body: [UInt8]
    public let root: JSONValue

    public init(_ path: String, _ body: String) throws {
        let text = Array(body.utf8)
        try self.init {
            switch path {
            case "/v1/size": try SizeOperation().answer(to: text, pretty: false)
            case "/v1/size/batch": try SizeBatchOperation().answer(to: text, pretty: false)
            case "/v1/simulate": try SimulateOperation().answer(to: text, pretty: false)
            case "/v1/replay": try ReplayOperation().answer(to: text, pretty: false)
            case "/v1/plan": try PlanOperation().answer(to: text, pretty: false)
            case "/v1/calibrate": try CalibrateOperation().answer(to: text, pretty: false)
            default: throw ProblemDocument(.notFound, path)
            }
        }
    }

    /// An answer, or the problem in its place.
    public init(_ answer: () throws -> [UInt8]) throws {
        do {
            body = try answer()
            status = 200
        } catch let problem as ProblemDocument {
            body = problem.text()
            status = problem.status.rawValue
        }
        root = try JSONDocument(parsing: body).root
    }

    /// The value at a path of names.
    public func value(_ names: StaticString...) -> JSONValue? {
        names.reduce(root) { value, name in value?[name] }
    }

    public func number(_ names: StaticString...) -> Double {
        names.reduce(root) { value, name in value?[name] }?.number ?? .nan
    }

    /// What the answer says was taken for granted.
    public var assumptions: [String] { root["provenance"]?["assumptions"]?.elements.compactMap(\.string) ?? [] }

    /// Pointers and details of the problem.
    public var errors: [String] {
        root["errors"].map { errors in
            errors.elements.map { "\($0["pointer"]?.string ?? "?") \($0["detail"]?.string ?? "?")" }
        } ?? []
    }
}

/// Parts of requests.
public enum Sample {
    public static let hardware = """
        {"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100},
         "communication": {"alpha_us": 0.022, "beta_us": 20, "load": "attention_batch"}}
        """

    public static func size(
        workload: String = "{\"prefill\": 100, \"decode\": 500}", hardware: String = hardware, batch: String = "256",
        _ more: String = ""
    ) -> String {
        "{\"workload\": \(workload), \"hardware\": \(hardware), \"batch_size\": \(batch)\(more.isEmpty ? "" : ", " + more)}"
    }
}

/// Whether two numbers differ by at most `tolerance` of the second.
public func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-6) -> Bool {
    abs(value - expected) <= tolerance * abs(expected)
}
