import Text

/// Which of a request's lengths a histogram counts.
public enum TokenRole: String, Hashable, Sendable, CaseIterable {
    case prefill
    case decode
}

/// Which histograms count lengths: those of known engines, or those that were chosen.
public struct TokenMetrics: Hashable, Sendable {
    /// A histogram by its name and labels that it must have.
    private struct Selector: Hashable, Sendable {
        let name: String
        let labels: [String: String]

        func matches(_ family: String, _ labels: [String: String]) -> Bool {
            name == TokenMetrics.normal(family) && self.labels.allSatisfy { labels[$0.key] == $0.value }
        }
    }

    private let chosen: [TokenRole: Selector]

    /// Histograms of prompt and output tokens of a request: vLLM (also under Ray), SGLang, TGI, NVIDIA Dynamo, the Kubernetes inference
    /// gateway, OpenTelemetry. `:` and `.` are written as `_`.
    private static let known: [String: TokenRole] = {
        var names: [String: TokenRole] = [:]
        for prefix in ["vllm_", "ray_vllm_", "lmdeploy_"] {
            names[prefix + "request_prompt_tokens"] = .prefill
            names[prefix + "request_generation_tokens"] = .decode
        }
        for prefix in ["sglang_", "ray_sglang_"] {
            names[prefix + "prompt_tokens_histogram"] = .prefill
            names[prefix + "generation_tokens_histogram"] = .decode
        }
        names["tgi_request_input_length"] = .prefill
        names["tgi_request_generated_tokens"] = .decode
        for prefix in ["dynamo_frontend_", "nv_llm_http_service_"] {
            names[prefix + "input_sequence_tokens"] = .prefill
            names[prefix + "output_sequence_tokens"] = .decode
        }
        for prefix in ["inference_model_", "inference_objective_"] {
            names[prefix + "input_tokens"] = .prefill
            names[prefix + "output_tokens"] = .decode
        }
        return names
    }()
    /// One histogram for both, told apart by a label.
    private static let tokenUsage = "gen_ai_client_token_usage"

    /// - Parameters:
    ///   - prefill: a metric, with labels where needed, as `name{label="value"}`; `nil` for a known one.
    ///   - decode: likewise.
    /// - Throws: `InvalidInput` naming `prefill_column` or `decode_column`.
    public init(prefill: String? = nil, decode: String? = nil) throws(InvalidInput) {
        var chosen: [TokenRole: Selector] = [:]
        for (role, text) in [(TokenRole.prefill, prefill), (.decode, decode)] {
            guard let text else { continue }
            do {
                let (name, labels) = try MetricLine.selector(text)
                chosen[role] = Selector(name: Self.normal(name), labels: labels)
            } catch {
                throw InvalidInput(
                    field: "\(role.rawValue)_column",
                    rule: "must be the name of a histogram, with labels where needed: it \(error.rule)")
            }
        }
        self.chosen = chosen
    }

    /// What a histogram with these labels counts; `nil` for others.
    func role(of family: String, _ labels: [String: String]) -> TokenRole? {
        for role in TokenRole.allCases {
            if chosen[role]?.matches(family, labels) ?? false { return role }
        }
        let name = Self.normal(family)
        var role = Self.known[name]
        if role == nil, name == Self.tokenUsage || name.hasPrefix(Self.tokenUsage + "_") {
            switch labels["gen_ai_token_type"] ?? labels["gen_ai.token.type"] {
            case "input": role = .prefill
            case "output", "completion": role = .decode
            default: role = nil
            }
        }
        return role.flatMap { chosen[$0] == nil ? $0 : nil }
    }

    private static func normal(_ name: String) -> String {
        String(name.map { $0 == ":" || $0 == "." ? "_" : Character($0.lowercased()) })
    }
}
