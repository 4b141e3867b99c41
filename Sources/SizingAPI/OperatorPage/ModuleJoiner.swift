/// Makes one script of the page's modules, which stand one after the other in the order of their use, and takes out what a
/// browser does not need.
///
/// So the page is one light document, whose policy allows this text and no other, and the same files are modules that Node
/// can test. What the modules keep to: an import is one line and renames nothing, `export` stands before a declaration, no
/// two modules declare the same name, a comment has its lines to itself, no line within a text begins with a blank or like a comment, and no text holds one
/// of `operators`.
enum ModuleJoiner {
    /// The lines of all modules without their imports, comments and indents, without the word `export`, and without blanks
    /// around operators.
    static func script(_ modules: [UInt8]) -> [UInt8] {
        var script: [UInt8] = []
        script.reserveCapacity(modules.count)
        var isComment = false
        for line in modules.split(separator: UInt8(ascii: "\n")) {
            let text = line.drop { $0 == UInt8(ascii: " ") }
            if isComment || text.starts(with: Array("/**".utf8)) {
                isComment = !text.ends(with: Array("*/".utf8))
                continue
            }
            if text.isEmpty || ["//", "import "].contains(where: { text.starts(with: Array($0.utf8)) }) { continue }
            var code = Array(text.starts(with: Array("export ".utf8)) ? text.dropFirst(7) : text)
            for word in ["const ", "let "] where code.starts(with: Array(word.utf8)) {
                code.replace(Array(" = ".utf8), with: Array("=".utf8), maxReplacements: 1)
            }
            script += replaced(code, operators.map { (" \($0) ", $0) } + [(") {", "){")])
            // A line that goes on, or has ended with a semicolon, needs no line end.
            if !";{,(".utf8.contains(code[code.count - 1]) { script.append(UInt8(ascii: "\n")) }
        }
        return script
    }

    /// The lines of a document without their indents.
    static func document(_ text: [UInt8]) -> [UInt8] {
        Array(
            text.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 == UInt8(ascii: " ") } }
                .joined(separator: [UInt8(ascii: "\n")]))
    }

    /// A style without indents, and without blanks around its marks.
    static func style(_ text: [UInt8]) -> [UInt8] {
        replaced(
            document(text),
            [(" {", "{"), ("{ ", "{"), ("; ", ";"), (": ", ":"), (", ", ","), (";}", "}"), (" }", "}")])
    }

    private static let operators = ["=>", "===", "!==", "&&", "||", "??", "+="]

    private static func replaced(_ text: [UInt8], _ pairs: [(String, String)]) -> [UInt8] {
        pairs.reduce(text) { $0.replacing(Array($1.0.utf8), with: Array($1.1.utf8)) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with end: [UInt8]) -> Bool { suffix(end.count) == end[...] }
}
