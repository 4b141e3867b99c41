/// Both forms of constant responses, made when first asked for.
final class CompressedConstants: Sendable {
    struct Forms: Sendable {
        /// Kept, so that its identity is not given to another constant.
        let original: PreparedResponse
        let plain, gzip: PreparedResponse

        func pick(_ accepted: Bool) -> Response { Response(accepted ? gzip : plain) }
    }

    private let forms = Monitor<[ObjectIdentifier: Forms]>([:])
    /// Constants are meant to be few. Beyond this many they are coded at each request.
    private static let maximum = 256

    func forms(of constant: PreparedResponse, make: () -> (plain: Response, gzip: Response)) -> Forms {
        let key = ObjectIdentifier(constant)
        if let known = forms.withLock({ $0[key] }) { return known }
        let made = make()
        let forms = Forms(
            original: constant, plain: PreparedResponse(made.plain), gzip: PreparedResponse(made.gzip))
        self.forms.withLock { if $0.count < Self.maximum { $0[key] = forms } }
        return forms
    }
}
