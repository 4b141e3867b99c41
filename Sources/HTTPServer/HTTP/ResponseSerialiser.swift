import HTTPTypes

/// Turns responses into bytes.
enum ResponseSerialiser {
    /// Status line and the handler's fields, without those that the server sets itself.
    static func appendHead(status: HTTPResponse.Status, fields: HTTPFields, to out: inout [UInt8]) {
        out.append(utf8: "HTTP/1.1 ")
        out.append(decimal: status.code)
        out.append(UInt8(ascii: " "))
        out.append(contentsOf: status.reasonPhrase.utf8)
        out.append(utf8: "\r\n")
        for field in fields where !isOwned(field.name) {
            out.append(contentsOf: field.name.rawName.utf8)
            out.append(utf8: ": ")
            out.append(contentsOf: field.value.utf8)
            out.append(utf8: "\r\n")
        }
    }

    /// `Content-Length`, where the status allows content (RFC 9110, section 8.6).
    static func appendLength(status: HTTPResponse.Status, body: ResponseBody, to out: inout [UInt8]) {
        guard allowsContent(status.code) else { return }
        out.append(utf8: "Content-Length: ")
        out.append(decimal: body.count)
        out.append(utf8: "\r\n")
    }

    /// Whether a response with this status may have content and its length (RFC 9110, sections 6.4.1 and 8.6).
    static func allowsContent(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

    /// Fields that the server sets and a handler cannot.
    private static func isOwned(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "content-length", "transfer-encoding", "connection", "keep-alive", "date", "x-request-id": true
        default: false
        }
    }
}
