import FuzzDriver
@testable import HTTPServer

/// Bytes on a connection.
///
/// What must hold:
/// - The parser gives the same messages and the same error for the bytes in one piece, in random pieces, and one by one.
/// - It finds no request that a plain reference parser does not find, with the same target and body.
/// - A connection gives the same answers for the bytes in one piece and in random pieces, and no more of them than there
///   are requests, and one for an error.
@main
struct HTTPFuzz: FuzzTarget {
    static func check(_ bytes: [UInt8]) {
        var cutter = Cutter(bytes)

        let whole = ParsedStream([bytes[...]])
        guard ParsedStream(cutter.cut(bytes)) == whole else { fatalError("the result depends on how the input is cut") }
        if bytes.count <= 4096 {
            guard ParsedStream(bytes.indices.map { bytes[$0...$0] }) == whole else {
                fatalError("the result depends on how the input is cut")
            }
        }

        let reference = ReferenceParser.messages(bytes)
        let complete = whole.messages.filter(\.isComplete)
        guard complete.count <= reference.count else { fatalError("more requests than there are") }
        for (own, other) in zip(complete, reference) where own.target != other.target || own.body != other.body {
            fatalError("a request differs from the reference")
        }

        let answers = Conversation.answers([bytes[...]])
        guard Conversation.answers(cutter.cut(bytes)) == answers else {
            fatalError("the answers depend on how the input is cut")
        }
        let heads = whole.messages.count
        guard answers.finals <= heads + (whole.error == nil ? 0 : 1) else { fatalError("more answers than requests") }
    }
}

/// Cuts the input in pieces, pseudo-randomly but always the same for the same input.
struct Cutter {
    private var state: UInt64

    init(_ bytes: [UInt8]) {
        state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func cut(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let length = 1 + Int(state >> 33) % (state >> 60 < 8 ? 7 : 200)
            let end = min(bytes.count, start + length)
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
