/// What differs where TLS stands between the socket and the HTTP side.
extension ConnectionDriver {
    /// Takes ciphertext that was read, and leaves the plaintext in `pending`.
    func decrypt(_ bytes: UnsafeRawBufferPointer, _ tls: TLSChannel, now: UInt64) {
        guard !tls.hasFailed else { return http.discard(bytes.count) }
        do {
            if try tls.receive(bytes, into: &pending) == .handshakeFinished {
                http.services.observer?.handshakeFinished(succeeded: true)
            }
        } catch {
            return fail(now: now)
        }
        if tls.isClosedByPeer, !clientClosed {
            clientClosed = true
            http.clientClosed(now: now)
        }
    }

    /// Whether the end of the stream that close_notify has announced was passed on just now. To be asked when everything
    /// before it has been used.
    func announcedEnd(now: UInt64) -> Bool {
        guard let tls, tls.isClosedByPeer, !inputEnded else { return false }
        inputEnded = true
        http.inputClosed(now: now)
        return true
    }

    /// Whether the socket's end is the end of the stream: not so without close_notify, because anybody can cut off a
    /// connection (RFC 8446, section 6.1).
    func endIsAnnounced() -> Bool {
        guard let tls else { return true }
        do {
            try tls.receiveEnd()
            return true
        } catch {
            return false
        }
    }

    /// Encrypts and sends what there is, as far as the socket takes it.
    func flush(_ tls: TLSChannel, now: UInt64) {
        while canWrite {
            if !tls.hasCiphertext {
                do { try tls.encrypt(&http.output) } catch { return fail(now: now) }
                guard tls.hasCiphertext else { break }
            }
            switch tls.send(on: descriptor, by: system) {
            case .bytes: continue
            case .wouldBlock:
                canWrite = false
                http.outputBlocked(now: now)
            case .failed, .end:
                return lose(now: now)
            }
        }
        guard !tls.hasCiphertext, http.output.isEmpty else { return }
        http.outputSent(now: now)
        if halfClosesWhenSent {
            halfClosesWhenSent = false
            system.shutdownWrite(descriptor)
        }
    }

    /// Closes our side: with TLS only after close_notify (RFC 9112, section 9.8).
    func halfClose(now: UInt64) {
        guard let tls else { return system.shutdownWrite(descriptor) }
        tls.close()
        halfClosesWhenSent = true
        flush(tls, now: now)
    }

    /// Before the socket is closed for good: close_notify, if the socket takes it at once.
    func sayGoodbye() {
        guard let tls, canWrite, http.output.isEmpty else { return }
        tls.close()
        if tls.hasCiphertext { _ = tls.send(on: descriptor, by: system) }
    }

    /// A handshake that has not ended well has failed.
    func handshakeEnded() {
        guard let tls, tls.isHandshaking else { return }
        tls.abandonHandshake()
        http.services.observer?.handshakeFinished(succeeded: false)
    }

    /// The session has failed: its alert goes out, and the connection lingers so that the client can read it.
    private func fail(now: UInt64) {
        handshakeEnded()
        pending = []
        http.transportFailed(now: now)
    }
}
