/// Told what happened, on the event loop where it happened: implementations must be quick and must not block.
public protocol ServerObserver: Sendable {
    /// A response was handed to the socket in full, or given up.
    func requestFinished(_ record: RequestRecord)
    func connectionOpened(role: ListenerRole)
    func connectionClosed(role: ListenerRole)
    /// Something was refused before or without a handler.
    func rejected(_ reason: RejectionReason)
    /// A TLS handshake is over: a connection begins, or it was given up.
    func handshakeFinished(succeeded: Bool)
}

extension ServerObserver {
    public func handshakeFinished(succeeded: Bool) {}
}

/// One request and its response, as an access log shows it.
public struct RequestRecord: Sendable {
    /// The head, where one was complete; nil for a request that could not be read.
    public let head: RequestHead?
    /// The route label that the handler gave; empty where there was none.
    public let route: String
    public let status: Int
    /// Bytes of the request body on the wire.
    public let receivedBytes: Int
    /// Bytes of the response body.
    public let sentBytes: Int
    /// From the first byte of the request to the last of the response, in nanoseconds.
    public let duration: UInt64
    let peer: PeerAddress
    /// False when the client went away before it had the whole response.
    public let completed: Bool
    /// The identifier of a request whose head could not be read; 0 where it could.
    var unreadID: UInt64 = 0
}

/// Why something was refused.
public enum RejectionReason: String, Sendable, CaseIterable {
    case malformed
    case tooLarge = "too_large"
    case timeout
    case connectionLimit = "connection_limit"
    case descriptorLimit = "descriptor_limit"
    case queueFull = "queue_full"
    case outputLimit = "output_limit"
    case inputLimit = "input_limit"
    case handshakeLimit = "handshake_limit"
    case stopping
    case unauthorized
    case rateLimit = "rate_limit"
}

/// Tells several observers of everything, in order.
public struct ObserverGroup: ServerObserver {
    private let observers: [any ServerObserver]

    public init(_ observers: [any ServerObserver]) {
        self.observers = observers
    }

    public func requestFinished(_ record: RequestRecord) {
        for observer in observers { observer.requestFinished(record) }
    }

    public func connectionOpened(role: ListenerRole) {
        for observer in observers { observer.connectionOpened(role: role) }
    }

    public func connectionClosed(role: ListenerRole) {
        for observer in observers { observer.connectionClosed(role: role) }
    }

    public func rejected(_ reason: RejectionReason) {
        for observer in observers { observer.rejected(reason) }
    }

    public func handshakeFinished(succeeded: Bool) {
        for observer in observers { observer.handshakeFinished(succeeded: succeeded) }
    }
}
