import JSON
import Text

/// What a code of an answer means, and what to do about it.
public struct Explanation: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case warning, binding, stage, advice, verdict, term, assumption

        /// Where codes of this kind stand.
        var place: String {
            switch self {
            case .warning: "warning (warnings)"
            case .binding: "limit that binds (binding, shadow_prices)"
            case .stage: "stage that sets the pace (bottleneck, regime)"
            case .advice: "advice (advice.action, advice.reason)"
            case .verdict: "verdict on colocation (colocated.verdict)"
            case .term: "bound of a latency term (derivation)"
            case .assumption: "what was assumed (provenance.assumptions)"
            }
        }
    }

    public let code: String
    public let kind: Kind
    public let meaning: String
    /// Empty where nothing is to be done.
    public let remedy: String

    init(_ code: String, _ kind: Kind, _ meaning: String, remedy: String = "") {
        self.code = code
        self.kind = kind
        self.meaning = meaning
        self.remedy = remedy
    }

    /// Every code that an answer can have.
    public static let all: [Explanation] =
        traces + metrics + fits + hardware + services + limits + stages + advice + verdicts + terms
        + AssumptionTopic.all.map(\.explanation)

    /// Those of one code: the same word can stand in several places.
    public static func of(_ code: String) -> [Explanation] { all.filter { $0.code == code } }

    /// The nearest code to one that is not there, as the end of a sentence.
    public static func suggestion(for code: String) -> String {
        NearestName.suggestion(for: code, among: all.map(\.code))
    }

    /// Some of them for people.
    public static func text(_ list: [Explanation], _ terminal: Terminal) -> String {
        var page = Page(terminal)
        for explanation in list {
            page.gap()
            page.line("\(explanation.code): \(explanation.kind.place)")
            page.sentence(explanation.meaning)
            page.sentence(explanation.remedy)
        }
        return page.text
    }

    /// All codes, a line each, by kind.
    public static func index(_ terminal: Terminal) -> String {
        var page = Page(terminal)
        page.sentence(
            "The codes of answers; \"afd-sizer explain CODE\" says more. An assumption is found by its sentence, or a part of it."
        )
        for kind in Kind.allCases {
            page.heading(kind.place.capitalisedFirst)
            page.figures(all.filter { $0.kind == kind }.map { ($0.code, $0.meaning) })
        }
        return page.text
    }

    /// Some of them as JSON.
    public static func json(_ list: [Explanation]) -> [UInt8] {
        var writer = JSONWriter(pretty: true, capacity: 1024)
        writer.beginObject()
        writer.array("explanations", list) { writer, explanation in
            writer.beginObject()
            writer.field("code", explanation.code)
            writer.field("kind", explanation.kind.rawValue)
            writer.field("meaning", explanation.meaning)
            writer.field("remedy", explanation.remedy)
            writer.endObject()
        }
        writer.endObject()
        return (try? writer.finish()) ?? []
    }
}
