import JSON
import Testing

@Suite struct CatalogueRoutesTests {
    @Test func theCatalogueListsWhatCanBeNamed() async throws {
        try await LiveService.run { service in
            let list = try JSONDocument(parsing: service.ask("GET", "/v1/catalog").body).root
            for (kind, members) in [("devices", list["devices"]), ("models", list["models"])] {
                let ids = try #require(members).elements.compactMap { $0["id"]?.string }
                #expect(ids.count > 10)
                for id in ids {
                    let entry = service.ask("GET", "/v1/catalog/\(kind)/\(id)")
                    #expect(entry.status == 200)
                    #expect(try JSONDocument(parsing: entry.body).root["id"]?.string == id)
                }
            }
            #expect(service.ask("GET", "/v1/catalog/devices/none").status == 404)
            #expect(service.ask("GET", "/v1/catalog/devices/").status == 404)
            #expect(service.ask("POST", "/v1/catalog").fields["allow"] == "GET, HEAD, OPTIONS")
        }
    }
}
