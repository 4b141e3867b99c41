import SizingContract

/// `GET /v1/catalog`, `/v1/catalog/devices/{id}`, `/v1/catalog/models/{id}`.
enum CatalogueRoutes {
    static let routes = [
        Route.get(CatalogueOperation(), of: .all),
        Route(
            prefix: "/v1/catalog/devices/", segment: "id",
            get: Route.get(CatalogueOperation()) { head, id throws(ProblemDocument) in
                (.device(id), pretty: try JSONOptions.isPretty(head))
            }),
        Route(
            prefix: "/v1/catalog/models/", segment: "id",
            get: Route.get(CatalogueOperation()) { head, id throws(ProblemDocument) in
                (.model(id), pretty: try JSONOptions.isPretty(head))
            }),
    ]
}
