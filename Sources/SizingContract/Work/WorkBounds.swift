/// What one request may take of the process, whatever it asks for.
public struct WorkBounds: Hashable, Sendable {
    /// Seconds of one core.
    public var time: Double
    /// Bytes beside the request itself; of all that are worked on at a time, together.
    public var memory: Double

    public init(time: Double = defaultTime, memory: Double = defaultMemory) {
        self.time = time
        self.memory = memory
    }

    public static let defaultTime = 120.0
    public static let defaultMemory = 320.0 * 1024 * 1024

    /// For a caller who waits for what he asked for himself: the command line.
    public static let none = WorkBounds(time: .infinity, memory: .infinity)

    /// Refuses work beyond the bounds, before it is begun.
    ///
    /// - Parameters:
    ///   - estimate: seconds of one core and bytes, of the whole request.
    ///   - remedy: what a caller can ask for instead: "lower …".
    /// - Throws: 422 with the estimate, the bound and the remedy.
    public func admit(_ estimate: WorkEstimate, remedy: StaticString) throws(ProblemDocument) {
        if !(estimate.time <= time) {
            throw Self.refusal(
                "takes an estimated \(Self.short(estimate.time)) s of one core; the bound is \(Self.short(time)) s",
                remedy)
        }
        if !(estimate.memory <= memory) {
            let (needed, allowed) = (Self.short(estimate.memory / 1e6), Self.short(memory / 1e6))
            throw Self.refusal("takes an estimated \(needed) MB of memory; the bound is \(allowed) MB", remedy)
        }
    }

    /// Why a run was ended that took longer than it was estimated to.
    public func overrun(remedy: StaticString) -> ProblemDocument {
        Self.refusal(
            "took more than its estimate, and was ended beyond the bound of \(Self.short(time)) s", remedy)
    }

    private static func refusal(_ what: String, _ remedy: StaticString) -> ProblemDocument {
        ProblemDocument(
            .unprocessableContent, "The request is too much work.",
            errors: [FieldError(pointer: "", detail: "\(what): \(remedy)")])
    }

    /// Three digits, or whole from a hundred on.
    private static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        if value >= 100 { return "\(Int(value.rounded(.up)))" }
        let scale = value >= 10 ? 10.0 : value >= 1 ? 100.0 : 1000.0
        return "\((value * scale).rounded() / scale)"
    }
}

/// What a piece of work takes, before it is begun.
public struct WorkEstimate: Hashable, Sendable {
    /// Seconds of one core.
    public var time: Double
    /// Bytes at the most, beside the request itself.
    public var memory: Double

    public init(time: Double, memory: Double = 0) {
        self.time = time
        self.memory = memory
    }

    /// The longest that an event loop may be held up, seconds.
    public static let longestOnLoop = 1e-3

    /// Where the work belongs.
    public var place: Place { time <= Self.longestOnLoop ? .loop : .pool }

    public static func + (one: WorkEstimate, other: WorkEstimate) -> WorkEstimate {
        WorkEstimate(time: one.time + other.time, memory: one.memory + other.memory)
    }
}

/// Where work is done.
public enum Place: Hashable, Sendable {
    /// At once, on the event loop that the request came by.
    case loop
    /// On the bounded pool of threads for heavy work.
    case pool
}

/// Points that the curves of one answer may have together: an answer is held until its reader has it.
struct CurveBudget {
    /// Some megabytes of text, four times that where it is indented.
    static let maximumPoints = 16_384

    private var left = maximumPoints

    /// Bytes of the points and of their text.
    static func bytes(points: Int) -> Double { 512 * Double(points) }

    /// Takes the points of one more curve; false where there are not as many left.
    mutating func take(_ points: Int) -> Bool {
        guard points <= left else { return false }
        left -= points
        return true
    }
}
