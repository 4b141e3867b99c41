import JSON
import Text

/// A plan in the terms of what runs it.
struct PlanExport: Sendable {
    /// One command, the same on every node of a role.
    struct Launch: Sendable {
        var role: String
        /// How often it is started: once in each bundle.
        var copies: Int
        var arguments: [String]
        var environment: [(name: String, value: String)] = []
        /// What one of the arguments has as JSON.
        var configuration: ExportValue?
    }

    /// What it is made for: documents and versions.
    var source: String
    /// What the runtime cannot do of the plan: it is left out of the export, not bent.
    var cannot: [String] = []
    /// What only the reader knows.
    var toFillIn: [String] = []
    var launches: [Launch] = []
    /// Objects of Kubernetes; none where commands are all.
    var objects: [ExportValue] = []

    func write(
        _ format: ExportFormat, _ deployment: ExportedDeployment, of answer: JSONValue, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.field("export", format.rawValue)
        writer.field("source", source)
        writer.field("bundles", deployment.bundles)
        writer.object("ranks") { writer in
            writer.field("attention", deployment.attention.ranks)
            writer.field("ffn", deployment.ffn.ranks)
            if let prefill = deployment.prefill { writer.field("prefill", prefill.ranks) }
        }
        writer.array("cannot", cannot) { $0.value($1) }
        writer.array("to_fill_in", deployment.unknown + toFillIn) { $0.value($1) }
        writer.array("launches", launches) { writer, launch in
            writer.beginObject()
            writer.field("role", launch.role)
            writer.field("copies", launch.copies)
            writer.array("arguments", launch.arguments) { $0.value($1) }
            writer.object("environment") { writer in
                for (name, value) in launch.environment {
                    writer.name(name)
                    writer.value(value)
                }
            }
            if let configuration = launch.configuration {
                writer.name("additional_config" as StaticString)
                configuration.write(into: &writer)
            }
            writer.endObject()
        }
        if !objects.isEmpty {
            writer.name("manifest" as StaticString)
            (["apiVersion": "v1", "kind": "List", "items": .list(objects)] as ExportValue).write(into: &writer)
        }
        for name in ["warnings", "provenance"] as [StaticString] {
            guard let value = answer[name] else { continue }
            writer.name(name)
            writer.value(value)
        }
        writer.endObject()
    }
}

/// What a plan can be exported as.
public enum ExportFormat: String, CaseIterable, Sendable {
    case vllm
    case sglang
    case kubernetes
    case keda
    case dynamo

    /// - Throws: `InvalidInput` naming the part of the request to change, where the runtime cannot run such a plan at all.
    func export(_ deployment: ExportedDeployment) throws(InvalidInput) -> PlanExport {
        switch self {
        case .vllm: try VLLMExport.export(deployment)
        case .sglang: try SGLangExport.export(deployment)
        case .kubernetes: try KubernetesExport.export(deployment)
        case .keda: try KEDAExport.export(deployment)
        case .dynamo: try DynamoExport.export(deployment)
        }
    }
}
