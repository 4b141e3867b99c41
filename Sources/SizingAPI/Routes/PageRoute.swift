import HTTPServer

/// `GET /`: the operators' page.
enum PageRoute {
    static let route = Route("/", get: { _, _ in .respond(Response(OperatorPage.response)) })
}
