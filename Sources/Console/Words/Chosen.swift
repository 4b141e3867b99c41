/// What was chosen for the caller, in a sentence.
public enum Chosen {
    /// "Chosen: batch_size 64, microbatches 2."; empty where nothing was.
    ///
    /// - Parameter list: as provenance has them: "batch_size 64 chosen".
    public static func sentence(_ list: [String]) -> String {
        guard !list.isEmpty else { return "" }
        let things = list.map { $0.hasSuffix(" chosen") ? String($0.dropLast(" chosen".count)) : $0 }
        return "Chosen: \(things.joined(separator: ", "))."
    }
}
