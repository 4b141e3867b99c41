import JSON

/// A value of an exported document. Members keep their order, so that the same plan gives the same bytes.
indirect enum ExportValue: Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([ExportValue])
    case object([(name: String, value: ExportValue)])

    func write(into writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.value(text)
        case .number(let number): writer.value(number)
        case .flag(let flag): writer.value(flag)
        case .list(let elements):
            writer.beginArray()
            for element in elements { element.write(into: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.name(member.name)
                member.value.write(into: &writer)
            }
            writer.endObject()
        }
    }

    /// As one line of JSON, for an argument of a command.
    var json: String {
        var writer = JSONWriter(capacity: 256)
        write(into: &writer)
        // Whole numbers are finite.
        return String(decoding: (try? writer.finish()) ?? [], as: UTF8.self)
    }
}

extension ExportValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(arrayLiteral elements: ExportValue...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, ExportValue)...) {
        self = .object(elements.map { (name: $0.0, value: $0.1) })
    }
}
