import JSON
import Text

/// The member `warnings` of an answer that is sent on as part of a request: what was said of it stays said.
enum WarningSchema {
    private static let most = 64

    /// Those of `object`; none where it has no such member. What they point to is kept where the answer still has it.
    static func decode(_ object: ObjectReader, _ errors: inout ValidationErrors) -> [Warning] {
        guard let elements = object.optional("warnings")?.array(limit: most, &errors) else { return [] }
        return elements.compactMap { element in
            guard let warning = ObjectReader(element, fields: ["code", "detail", "pointer"], &errors) else {
                return nil
            }
            let code = warning.required("code", &errors)?.text(&errors)
            let detail = warning.required("detail", &errors)?.text(&errors)
            let pointer = warning.optional("pointer")?.text(&errors) ?? ""
            guard let code, let detail else { return nil }
            let first = pointer.dropFirst().prefix { $0 != "/" }
            let isThere = object.value.members.contains { $0.name.string.map { $0[...] == first } ?? false }
            return Warning(code: code, detail: detail, pointer: isThere ? pointer : "")
        }
    }

    /// `own`, and of those that were `sent` the ones whose kind and place are not among them.
    static func joined(_ own: [Warning], sent: [Warning]) -> [Warning] {
        own + sent.filter { other in !own.contains { $0.code == other.code && $0.pointer == other.pointer } }
    }
}
