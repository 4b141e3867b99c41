/// A request to begin with, and what its members mean. JSON has no comments, so these stand apart.
public struct Starter: Sendable {
    /// The command that takes it.
    public let command: String
    public let text: String
    /// Members and what to put there.
    let notes: [(String, String)]

    public static let all = [size, curve, simulate, plan, replay, workload, calibrate]

    public static func of(_ command: String) -> Starter? { all.first { $0.command == command } }

    /// The notes, for standard error.
    public func comments(_ terminal: Terminal) -> String {
        var page = Page(terminal)
        page.sentence("A request for \"afd-sizer \(command)\", which takes it as it is. Change what you know better:")
        page.figures(notes)
        return page.text
    }
}
