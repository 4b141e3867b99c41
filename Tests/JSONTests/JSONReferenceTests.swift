import Foundation
import JSON
import TestSupport
import Testing

/// Foundation's parser as an independent reader: what is accepted here must mean the same there.
@Suite struct JSONReferenceTests {
    @Test func acceptsNothingThatFoundationRefusesAndReadsTheSame() throws {
        let seeds = [
            #"{"workload":{"prefill":100,"decode":500},"batch_size":256,"x":[1.5,-2e-3,true,null,"é\n\u0041"]}"#,
            #"[[],{},"",{"a":[{"b":[0]}]},12345678901234567890,"\uD83D\uDE00"]"#,
        ]
        let alphabet = Array("{}[],:\"\\u0123456789eE+-.truefalsn \n\u{1}é".utf8)
        var generator = SeededGenerator(seed: 4)
        var accepted = 0
        for round in 0..<40_000 {
            var text = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let position = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: text[position] = alphabet.randomElement(using: &generator) ?? 0
                case 1: text.remove(at: position)
                default: text.insert(alphabet.randomElement(using: &generator) ?? 0, at: position)
                }
            }
            guard let ours = try? JSONDocument(parsing: text) else { continue }
            accepted += 1
            let theirs = try JSONSerialization.jsonObject(with: Data(text), options: [.fragmentsAllowed])
            #expect(Self.same(ours.root, theirs), "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(accepted > 5_000)
    }

    private static func same(_ value: JSONValue, _ other: Any) -> Bool {
        switch value.kind {
        case .nonFinite: return false
        case .null: return other is NSNull
        case .bool: return (other as? Bool) == value.bool
        case .number:
            // Foundation keeps long decimals as Decimal and may miss the nearest double by a bit.
            guard let ours = value.number, let theirs = (other as? NSNumber)?.doubleValue else { return false }
            return abs(ours - theirs) <= abs(theirs) * 1e-14
        case .string: return (other as? String) == value.string
        case .array:
            guard let array = other as? [Any], array.count == value.count else { return false }
            return zip(value.elements, array).allSatisfy(same)
        case .object:
            guard let object = other as? [String: Any], object.count == value.count else { return false }
            return value.members.allSatisfy { name, member in
                object[name.string ?? ""].map { same(member, $0) } ?? false
            }
        }
    }
}
