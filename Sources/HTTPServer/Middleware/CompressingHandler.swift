import HTTPTypes

/// Sends another handler's responses with gzip where the client accepts it and it pays.
///
/// Responses that are made on the work pool are compressed there, and constant ones once. Left alone are bodies under
/// `minimumSize`, types that do not compress, streams, partial content, responses that have a coding already or
/// forbid one (`Cache-Control: no-transform`), and those that would not get a tenth shorter. Every response that might
/// have been compressed says `Vary: Accept-Encoding`, also when it was not, for the sake of caches. A strong `ETag`
/// becomes a weak one: the bytes are not the same (RFC 9110 section 8.8.1).
public struct CompressingHandler: HTTPHandler {
    private let next: any HTTPHandler
    private let pool = DeflaterPool()
    private let constants = CompressedConstants()

    /// In bytes: a shorter body fits into one packet as it is.
    static let minimumSize = 1024

    public init(_ next: any HTTPHandler) {
        self.next = next
    }

    public func handling(of head: RequestHead) -> RequestHandling {
        var handling = next.handling(of: head)
        switch handling.body {
        case .respond(let response):
            // Most of these are short; the field is then not even read.
            guard Self.isEligible(response) else { return handling }
            handling.body = .respond(coded(response, accepted: Self.acceptsGzip(head)))
        case .collect(let limit, let then):
            let accepted = Self.acceptsGzip(head)
            handling.body = .collect(limit: limit) { then($0).map { coded($0, accepted: accepted) } }
        case .stream(let limit, let consumer):
            let accepted = Self.acceptsGzip(head)
            handling.body = .stream(
                limit: limit, CompressingConsumer(consumer) { coded($0, accepted: accepted) })
        }
        return handling
    }

    private static func acceptsGzip(_ head: RequestHead) -> Bool {
        AcceptEncoding(head[.acceptEncoding]).prefersGzip
    }

    /// The answer as it is sent to a client that accepts gzip, or that does not.
    private func coded(_ response: Response, accepted: Bool) -> Response {
        guard Self.isEligible(response) else { return response }
        if let prepared = response.prepared {
            return constants.forms(of: prepared) { (Self.varying(response), compressed(response)) }.pick(accepted)
        }
        return accepted ? compressed(response) : Self.varying(response)
    }

    static func isEligible(_ response: Response) -> Bool {
        let status = response.status.code
        guard status >= 200, status != 204, status != 206, status != 304, response.body.count >= minimumSize else {
            return false
        }
        // One pass: each look up of a name makes a string of all lines that have it.
        var isCompressible = false
        for field in response.fields {
            switch field.name {
            case .contentEncoding: return false
            case .contentType: isCompressible = Self.isCompressible(field.value)
            case .cacheControl where field.value.lowercased().contains("no-transform"): return false
            default: continue
            }
        }
        return isCompressible
    }

    /// Text, JSON, XML, YAML and their like; not event streams, which must not wait in a compressor.
    static func isCompressible(_ contentType: String) -> Bool {
        // Nearly always.
        if contentType == "application/json" { return true }
        let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        if type == "text/event-stream" { return false }
        return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
            || [
                "application/json", "application/xml", "application/yaml", "application/javascript",
                "application/x-ndjson", "application/openmetrics-text",
            ].contains(type)
    }

    private static func varying(_ response: Response) -> Response {
        var fields = response.fields
        if let vary = fields[.vary] {
            let names = vary.lowercased().split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
            if !names.contains("*"), !names.contains("accept-encoding") {
                fields[.vary] = vary + ", Accept-Encoding"
            }
        } else {
            fields.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        }
        return Response(status: response.status, fields: fields, body: response.body)
    }

    private func compressed(_ response: Response) -> Response {
        var coded = Self.varying(response)
        let bytes = response.body.withSpan { span in span.withUnsafeBytes { pool.compress($0) } }
        guard let bytes else { return coded }
        coded.body = .bytes(bytes)
        coded.fields[.contentEncoding] = "gzip"
        if let tag = coded.fields[.eTag], !tag.hasPrefix("W/") { coded.fields[.eTag] = "W/" + tag }
        return coded
    }
}

/// Hands a streamed request body on, and encodes the response.
final class CompressingConsumer: BodyConsumer {
    private let next: any BodyConsumer
    private let code: @Sendable (Response) -> Response

    init(_ next: any BodyConsumer, code: @escaping @Sendable (Response) -> Response) {
        self.next = next
        self.code = code
    }

    func consume(_ chunk: [UInt8]) -> Response? { next.consume(chunk).map(code) }

    func finish() -> ResponseDelivery { next.finish().map(code) }
}

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
