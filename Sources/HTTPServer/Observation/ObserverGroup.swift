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
