import COpenSSL

/// Application-layer protocol negotiation (RFC 7301): this server speaks `http/1.1`.
enum ALPN {
    static let protocolName: [UInt8] = Array("http/1.1".utf8)

    /// Where `http/1.1` stands in a client's list (each name preceded by its length), without the length byte.
    static func range(of name: [UInt8] = protocolName, in offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var start = 0
        while start < offered.count {
            let length = Int(offered[start])
            let end = start + 1 + length
            guard length > 0, end <= offered.count else { return nil }
            if offered[(start + 1)..<end].elementsEqual(name) { return (start + 1)..<end }
            start = end
        }
        return nil
    }

    /// OpenSSL's callback. A client that offers only other protocols gets the alert no_application_protocol.
    static let select: SSL_CTX_alpn_select_cb_func = { _, selected, selectedLength, offered, offeredLength, _ in
        // The answer points into the client's list, which OpenSSL keeps until it has copied the response.
        guard let selected, let selectedLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
        guard let range = range(in: list) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        selected.pointee = offered + range.lowerBound
        selectedLength.pointee = UInt8(range.count)
        return SSL_TLSEXT_ERR_OK
    }
}
