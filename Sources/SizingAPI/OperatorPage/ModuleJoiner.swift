/// Makes one script of the page's modules, which stand one after the other in the order of their use.
///
/// So the page is one document, whose policy allows this text and no other, and the same files are modules that Node can
/// test. What the modules keep to: an import is one line and renames nothing, `export` stands before a declaration, no
/// two modules declare the same name, and no line within a text begins with a blank or like a comment.
enum ModuleJoiner {
    /// The lines of all modules without their imports, comments and indents, and without the word `export`.
    static func script(_ modules: [UInt8]) -> [UInt8] {
        var script: [UInt8] = []
        script.reserveCapacity(modules.count)
        var isComment = false
        for line in modules.split(separator: UInt8(ascii: "\n")) {
            let text = line.drop { $0 == UInt8(ascii: " ") }
            if isComment || text.starts(with: openComment) {
                isComment = text.suffix(2) != closeComment[...]
                continue
            }
            if text.isEmpty || text.starts(with: lineComment) || text.starts(with: importing) { continue }
            script += text.starts(with: exporting) ? text.dropFirst(exporting.count) : text
            script.append(UInt8(ascii: "\n"))
        }
        return script
    }

    /// The lines of a document or a style without their indents.
    static func unindented(_ text: [UInt8]) -> [UInt8] {
        Array(
            text.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 == UInt8(ascii: " ") } }
                .joined(separator: [UInt8(ascii: "\n")]))
    }

    private static let importing = Array("import ".utf8)
    private static let exporting = Array("export ".utf8)
    private static let lineComment = Array("//".utf8)
    private static let openComment = Array("/**".utf8)
    private static let closeComment = Array("*/".utf8)
}
