import CEmbedded
import HTTPServer
import HTTPTypes

/// `GET /openapi.yaml`: the description of this interface, as it is in the repository.
enum DescriptionRoute {
    static let route = Route("/openapi.yaml", get: { _, _ in .respond(Response(description)) })

    private static let description: PreparedResponse = {
        let file = embedded_openapi_yaml()
        // The bytes are part of the binary: they live as long as the process and never change.
        let bytes = StaticBytes(immortal: UnsafeBufferPointer(start: file.bytes, count: file.count))
        return PreparedResponse(
            Response(
                status: .ok, fields: [.contentType: "application/yaml", .cacheControl: "no-cache"],
                body: .constant(bytes)))
    }()
}

/// `GET /`: the operators' page.
enum PageRoute {
    static let route = Route("/", get: { _, _ in .respond(Response(OperatorPage.console.response)) })
}

/// `GET /reference`: the description of this interface, for people.
enum ReferenceRoute {
    static let route = Route("/reference", get: { _, _ in .respond(Response(OperatorPage.reference.response)) })
}
