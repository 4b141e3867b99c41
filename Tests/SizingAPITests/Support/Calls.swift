import JSON
import SizingAPI
import Testing

/// An answer of the service without a server around it.
struct Reply {
    let status: Int
    let body: [UInt8]
    let root: JSONValue

    init(_ path: String, _ body: String) throws {
        let answer = try #require(SizingService().post(Array(body.utf8), to: path, pretty: false))
        status = answer.status
        self.body = answer.body
        root = try JSONDocument(parsing: answer.body).root
    }

    /// The value at a path of names.
    func value(_ names: StaticString...) -> JSONValue? {
        names.reduce(root) { value, name in value?[name] }
    }

    func number(_ names: StaticString...) -> Double {
        names.reduce(root) { value, name in value?[name] }?.number ?? .nan
    }

    /// What the answer says was taken for granted.
    var assumptions: [String] { root["provenance"]?["assumptions"]?.elements.compactMap(\.string) ?? [] }

    /// Pointers and details of the problem.
    var errors: [String] {
        root["errors"].map { errors in
            errors.elements.map { "\($0["pointer"]?.string ?? "?") \($0["detail"]?.string ?? "?")" }
        } ?? []
    }
}

/// Parts of requests.
enum Sample {
    static let hardware = """
        {"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100},
         "communication": {"alpha_us": 0.022, "beta_us": 20, "load": "attention_batch"}}
        """

    static func size(
        workload: String = "{\"prefill\": 100, \"decode\": 500}", hardware: String = hardware, batch: String = "256",
        _ more: String = ""
    ) -> String {
        "{\"workload\": \(workload), \"hardware\": \(hardware), \"batch_size\": \(batch)\(more.isEmpty ? "" : ", " + more)}"
    }
}

/// Whether two numbers differ by at most `tolerance` of the second.
func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-6) -> Bool {
    abs(value - expected) <= tolerance * abs(expected)
}
