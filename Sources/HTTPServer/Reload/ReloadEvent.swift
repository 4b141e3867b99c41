/// What came of an attempt to read files again. For the log: it names files and reasons, never contents.
public enum ReloadEvent: Sendable, Equatable, CustomStringConvertible {
    /// The new value is in use.
    case reloaded(name: String)
    /// The files cannot be used; the value from before stays in use.
    case kept(name: String, reason: String)

    public var description: String {
        switch self {
        case .reloaded(let name): "\(name) reloaded"
        case .kept(let name, let reason): "\(name) not reloaded, the previous one stays in use: \(reason)"
        }
    }
}
