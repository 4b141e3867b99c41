import Hardware
import JSON
import TestSupport
import Testing
import Text

/// Bodies of published models against what their architecture makes of them by arithmetic that shares nothing with the reader.
@Suite("Bodies of published models")
struct PublishedBodyTests {
    private struct Published {
        let name: String
        let body: JSONValue
        /// Parameters, those in use of a token (the head counts, the embedding does not), and bytes of bf16 cache that one
        /// request of 65,536 tokens has; nil where the body must be refused.
        let figures: (total: Double, active: Double, cache: Double)?
        /// The field that a refusal names.
        let refused: String?
    }

    private static func published() throws -> [Published] {
        let text = String(decoding: try Fixture.bytes("published-configs.jsonl"), as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            let root = try JSONDocument(parsing: String(line)).root
            let figures = root["total"]?.number.flatMap { total in
                root["active"]?.number.flatMap { active in root["cache"]?.number.map { (total, active, $0) } }
            }
            return Published(
                name: try #require(root["name"]?.string), body: try #require(root["body"]), figures: figures,
                refused: root["refused"]?.string)
        }
    }

    @Test("Weights, weights in use and cache are right, or the body is refused by the key")
    func figures() throws {
        let published = try Self.published()
        #expect(published.count > 60)
        for each in published {
            guard let figures = each.figures else {
                let error = #expect(throws: InvalidInput.self, "\(each.name)") {
                    try Catalogue.model(configuration: each.body)
                }
                #expect(error?.field == each.refused, "\(each.name): \(error?.rule ?? "")")
                continue
            }
            let model: ModelDescription
            do {
                model = try Catalogue.model(configuration: each.body)
            } catch {
                Issue.record("\(each.name): \(error.field) \(error.rule)")
                continue
            }
            // What both leave out or round: a router's bias, the gate of a shared expert.
            #expect(abs(model.parameters / figures.total - 1) < 5e-5, "\(each.name): \(model.parameters)")
            #expect(abs(model.activeParameters / figures.active - 1) < 5e-5, "\(each.name): \(model.activeParameters)")
            #expect(model.cacheBytesRead(context: 65_536, format: .bf16) == figures.cache, "\(each.name)")
            #expect(model.cacheBytesKept(context: 65_536, format: .bf16) == figures.cache, "\(each.name)")
        }
    }
}
