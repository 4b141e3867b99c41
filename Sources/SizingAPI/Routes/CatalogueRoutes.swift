import HTTPServer
import HTTPTypes
import Hardware
import JSON
import Text

/// `GET /v1/catalog`, `/v1/catalog/devices/{id}`, `/v1/catalog/models/{id}`: what can be named in a hardware description.
enum CatalogueRoutes {
    static let routes = [
        Route("/v1/catalog", get: { head, _ in answer(head) { list(&$0) } }),
        Route(prefix: "/v1/catalog/devices/", segment: "id") { head, id in
            entry(head, Catalogue.embedded.devices.first { $0.id == id }?.text)
        },
        Route(prefix: "/v1/catalog/models/", segment: "id") { head, id in
            entry(head, Catalogue.embedded.models.first { $0.id == id }?.text)
        },
    ]

    /// The list as the command line prints it.
    static func list(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.array("devices", Catalogue.embedded.devices) { writer, device in
            writer.beginObject()
            writer.field("id", device.id)
            writer.field("name", device.value.name)
            writer.field("hbm_capacity_gb", device.value.memoryCapacity)
            writer.field("hbm_bandwidth_gb_s", device.value.memoryBandwidth)
            writer.endObject()
        }
        writer.array("models", Catalogue.embedded.models) { writer, model in
            writer.beginObject()
            writer.field("id", model.id)
            writer.field("name", model.value.name)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func entry(_ head: RequestHead, _ text: JSONValue?) -> BodyPlan {
        guard let text else {
            return .respond(Problem(.notFound, "There is no such entry; /v1/catalog lists those there are.").response())
        }
        return answer(head) { $0.value(text) }
    }

    private static func answer(_ head: RequestHead, _ content: (inout JSONWriter) -> Void) -> BodyPlan {
        do throws(Problem) {
            let pretty = try JSONOptions.isPretty(head)
            return .respond(JSONRequest.response(pretty: pretty, content))
        } catch {
            return .respond(error.response())
        }
    }
}

extension CatalogueRoutes {
    /// The entry of a device or a model.
    static func text(of id: String) -> JSONValue? {
        Catalogue.embedded.devices.first { $0.id == id }?.text ?? Catalogue.embedded.models.first { $0.id == id }?.text
    }

    /// The nearest id, as the end of a sentence.
    static func suggestion(for id: String) -> String {
        NearestName.suggestion(
            for: id, among: Catalogue.embedded.devices.map(\.id) + Catalogue.embedded.models.map(\.id))
    }
}
