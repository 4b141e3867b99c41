/// How a line of the log looks.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `time level message key=value …`, values quoted where they need it.
    case text
}
