import JSON

/// Changes to the text of a request.
enum RequestText {
    /// `text` with `"include": ["curve"]`, which the sentences about near ratios need; as it is where it has the member, or is no object.
    static func includingCurve(_ text: [UInt8]) -> [UInt8] {
        guard let root = try? JSONDocument(parsing: text).root, root.kind == .object, root["include"] == nil else {
            return text
        }
        return replacing("include", in: root) { writer in
            writer.beginArray()
            writer.value("curve" as StaticString)
            writer.endArray()
        }
    }

    /// The object `root` with one member set anew.
    ///
    /// - Parameters:
    ///   - name: of the member.
    ///   - root: an object.
    ///   - write: writes the member's value.
    static func replacing(_ name: String, in root: JSONValue, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(pretty: false, capacity: 4096)
        writer.beginObject()
        for (member, value) in root.members where member.string != name {
            writer.name(member.string ?? "")
            writer.value(value)
        }
        writer.name(name)
        write(&writer)
        writer.endObject()
        // Every number of a parsed document is finite.
        return (try? writer.finish()) ?? []
    }
}
