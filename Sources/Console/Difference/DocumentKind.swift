import JSON

/// What a JSON document is, by its members.
public enum DocumentKind: String, Sendable, CaseIterable {
    case size, simulate, plan, replay
    /// An answer of the service.
    case answer

    /// nil where it cannot be told.
    public init?(_ document: JSONValue) {
        guard document.kind == .object else { return nil }
        if document["provenance"] != nil {
            self = .answer
        } else if document["ratios"] != nil {
            self = .simulate
        } else if document["deployment"] != nil {
            self = .replay
        } else if [
            document["demand"], document["devices"], document["objective"], document["prices"], document["current"],
            document["hysteresis"], document["prefill"], document["transfer"],
        ].contains(where: { $0 != nil }) {
            self = .plan
        } else if document["batch_size"] != nil, document["hardware"] != nil {
            self = .size
        } else if document["hardware"] != nil, document["workload"] != nil {
            self = .plan
        } else {
            return nil
        }
    }

    /// The operation that an answer is of, as a path of the service ends; nil where it is none that is known.
    public static func operation(ofAnswer answer: JSONValue) -> String? {
        let marks: [(StaticString, String)] = [
            ("recommendation", "size"), ("points", "simulate"), ("deployment", "plan"), ("policies", "replay"),
            ("slot_load_mean", "workload"),
        ]
        return marks.first { answer[$0.0] != nil }?.1
    }
}
