/// What a listener is for. Handlers see it in ``RequestHead/listener``: probes can be served on a port of their own.
public enum ListenerRole: UInt8, Sendable {
    case main
    case probe
}
