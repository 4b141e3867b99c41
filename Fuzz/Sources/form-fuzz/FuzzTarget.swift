import FuzzDriver
import HTTPServer

/// A form with the boundary x.
///
/// What must hold:
/// - The parser gives the same parts, or the same refusal, for the form in one piece, cut in two, and byte by byte.
/// - Parts end before others begin, content belongs to a part, and there is no more of it than there were bytes.
/// - The contents of an accepted form, written anew, are read as they were.
@main
struct FormFuzz: FuzzTarget {
    static func check(_ bytes: [UInt8]) {
        let whole = Outcome([bytes])
        let middle = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) % (bytes.count + 1)
        guard Outcome([Array(bytes[..<middle]), Array(bytes[middle...])]) == whole, Outcome(bytes.map { [$0] }) == whole
        else { fatalError("the result depends on how the input is cut") }
        guard case .read(let parts) = whole else { return }
        guard parts.reduce(0, { $0 + $1.content.count }) <= bytes.count else { fatalError("more content than bytes") }
        var anew: [UInt8] = []
        for part in parts {
            anew += Array("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8) + part.content + [13, 10]
        }
        anew += Array("--x--\r\n".utf8)
        guard case .read(let again) = Outcome([anew]), again.map(\.content) == parts.map(\.content) else {
            fatalError("written anew, the contents are others")
        }
    }
}

/// What a form comes to.
private enum Outcome: Equatable {
    struct Part: Equatable {
        var head: MultipartPart
        var content: [UInt8] = []
    }

    case read([Part])
    case refused(MultipartError)

    init(_ pieces: [[UInt8]]) {
        var parts: [Part] = []
        var isOpen = false
        do throws(MultipartError) {
            var parser = MultipartParser(try MultipartBoundary(contentType: "multipart/form-data; boundary=x"))
            for piece in pieces {
                try parser.feed(piece) { event in
                    switch event {
                    case .part(let head):
                        guard !isOpen else { fatalError("a part begins within another") }
                        isOpen = true
                        parts.append(Part(head: head))
                    case .data(let bytes):
                        guard isOpen, !bytes.isEmpty else { fatalError("content without a part") }
                        parts[parts.count - 1].content += bytes
                    case .end:
                        guard isOpen else { fatalError("a part ends that did not begin") }
                        isOpen = false
                    }
                }
            }
            try parser.finish()
            guard !isOpen else { fatalError("a part did not end") }
            self = .read(parts)
        } catch {
            self = .refused(error)
        }
    }
}
