import Hardware
import JSON
import Text

/// `/v1/catalog`: what can be named in a hardware description.
public struct CatalogueOperation: Operation {
    public static let name: StaticString = "/v1/catalog"

    /// Which part of the catalogue.
    public enum Input: Sendable {
        case all
        case device(String)
    }

    public enum Output: Sendable {
        case list(Catalogue)
        case entry(JSONValue)
    }

    public init() {}

    public static let remedy: StaticString = "ask for one entry"

    public static func estimate(_ input: Input) -> WorkEstimate { WorkEstimate(time: 50e-6, memory: 16 * 1024) }

    public func run(_ input: Input, _ context: OperationContext) throws(ProblemDocument) -> Output {
        let catalogue = Catalogue.embedded
        guard case .device(let id) = input else { return .list(catalogue) }
        guard let text = catalogue.devices.first(where: { $0.id == id })?.text else {
            throw ProblemDocument(.notFound, "There is no such entry; /v1/catalog lists those there are.")
        }
        return .entry(text)
    }

    public static func write(_ output: Output, into writer: inout JSONWriter) {
        switch output {
        case .list(let catalogue): write(catalogue, into: &writer)
        case .entry(let text): writer.value(text)
        }
    }

    public static func expectedLength(_ output: Output) -> Int { 8192 }

    private static func write(_ catalogue: Catalogue, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.array("devices", catalogue.devices) { writer, device in
            writer.beginObject()
            writer.field("id", device.id)
            writer.field("name", device.value.name)
            writer.field("hbm_capacity_gb", device.value.memoryCapacity)
            writer.field("hbm_bandwidth_gb_s", device.value.memoryBandwidth)
            writer.endObject()
        }
        writer.array("models", catalogue.models) { writer, model in
            writer.beginObject()
            writer.field("id", model.id)
            writer.field("name", model.value.name)
            writer.endObject()
        }
        writer.endObject()
    }

    public enum Kind: Sendable { case device, model }

    /// What an id names; nil where there is no such entry.
    public static func kind(of id: String) -> Kind? {
        if Catalogue.embedded.devices.contains(where: { $0.id == id }) { return .device }
        return Catalogue.embedded.models.contains { $0.id == id } ? .model : nil
    }

    /// The nearest id to one that is not there, as the end of a sentence.
    public static func suggestion(for id: String) -> String {
        NearestName.suggestion(
            for: id, among: Catalogue.embedded.devices.map(\.id) + Catalogue.embedded.models.map(\.id))
    }
}
