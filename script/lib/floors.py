"""What script/check/floors looks at: which folder of a target uses which, and which module imports which.

Swift is read as text here, not compiled. A folder uses another where it names a type, function or constant that a file of the
other declares at its top level. Python 3, standard library only."""
import collections
import pathlib
import re

ROOT_FOLDER = "."
TYPES = {"struct", "class", "enum", "actor", "protocol", "typealias"}
DECLARING = TYPES | {"extension", "func", "let", "var"}
MODIFIERS = {"public", "package", "internal", "private", "fileprivate", "open", "final", "indirect", "nonisolated", "static"}
# Braces, and names that no dot precedes.
TOKEN = re.compile(r"[{}]|(?<![\w.])@?[A-Za-z_]\w*")
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)", re.M)


def code(text):
    """The text without comments and without what stands in strings; interpolated expressions are kept. Lines stay lines."""
    out, index, end = [], 0, len(text)
    # For each string that is open, its delimiter and its #s; for each interpolation, the parentheses that are open in it.
    strings, depths = [], []
    interesting = re.compile(r'//[^\n]*|/\*|#*"""|#*"|[()]')
    while index < end:
        if len(strings) > len(depths):
            quote, hashes = strings[-1]
            found = re.compile(rf'{quote}{hashes}|\\{hashes}\(?|\n').search(text, index)
            if not found:
                break
            token, index = found[0], found.end()
            if token == "\n":
                out.append(token)
            elif token == quote + hashes:
                strings.pop()
                out.append(quote[0])
            elif token.endswith("("):
                depths.append(0)
                out.append(" (")
            else:
                index += 1
            continue
        found = interesting.search(text, index)
        if not found:
            out.append(text[index:])
            break
        out.append(text[index:found.start()])
        token, index = found[0], found.end()
        if token.startswith("//"):
            continue
        if token == "/*":
            level = 1
            while level and index < end:
                mark = re.compile(r"/\*|\*/|\n").search(text, index)
                if not mark:
                    index = end
                    break
                level += {"/*": 1, "*/": -1}.get(mark[0], 0)
                out.append("\n" if mark[0] == "\n" else "")
                index = mark.end()
            out.append(" ")
        elif token == "(":
            if depths:
                depths[-1] += 1
            out.append(token)
        elif token == ")":
            out.append(token)
            if depths:
                if depths[-1] == 0:
                    depths.pop()
                else:
                    depths[-1] -= 1
        else:
            strings.append((token.lstrip("#"), "#" * token.count("#")))
            out.append('"')
    return "".join(out)


class SourceFile:
    """One file: what it declares at its top level for others, what it declares for itself, and the names it uses."""

    def __init__(self, path, folder, text):
        self.path, self.folder = path, folder
        text = code(text)
        self.imports = set(IMPORT.findall(text))
        self.declared, self.nested, self.names = set(), set(), set()
        depth, kind, private = 0, None, False
        for token in TOKEN.findall(text):
            if token in "{}":
                depth += 1 if token == "{" else -1
                kind, private = None, False
            elif token in DECLARING:
                kind = token
            elif token in MODIFIERS:
                private = private or token in ("private", "fileprivate")
            elif token[0] != "@":
                self._add(token, kind, at_top=depth == 0 and not private)
                kind, private = None, False

    def _add(self, name, kind, at_top):
        if kind is None or kind == "extension":
            self.names.add(name)
        elif at_top:
            self.declared.add(name)
        else:
            self.nested.add(name)


def read_target(folder):
    """The files of a target. Its folders are those directly below it; `.` is the target's own."""
    files = []
    for path in sorted(folder.rglob("*.swift")):
        parts = path.relative_to(folder).parts
        files.append(SourceFile(path, parts[0] if len(parts) > 1 else ROOT_FOLDER, path.read_text()))
    return files


def folder_graph(files):
    """{(user, used): {name: [files that use it]}} between folders of one target."""
    home = collections.defaultdict(set)
    for file in files:
        for name in file.declared:
            home[name].add(file.folder)
    graph = collections.defaultdict(lambda: collections.defaultdict(list))
    for file in files:
        for name in file.names - file.nested:
            for folder in home.get(name, ()):
                if file.folder not in home[name]:
                    graph[file.folder, folder][name].append(file.path)
    return graph


def circles(graph):
    """The sets of folders that reach each other, largest first, each sorted."""
    reached = {}
    folders = sorted({folder for edge in graph for folder in edge})
    for start in folders:
        seen, waiting = set(), [start]
        while waiting:
            here = waiting.pop()
            for user, used in graph:
                if user == here and used not in seen:
                    seen.add(used)
                    waiting.append(used)
        reached[start] = seen
    found = {frozenset(other for other in reached[folder] if folder in reached[other]) for folder in folders if folder in reached[folder]}
    return sorted((sorted(circle) for circle in found), key=lambda circle: (-len(circle), circle))


def mutual_pairs(graph):
    """Pairs of folders of which each uses the other, sorted."""
    return sorted((user, used) for user, used in graph if user < used and (used, user) in graph)


def package_dependencies(manifest):
    """{target: modules it depends on} for the targets of a Package.swift, tests left out."""
    targets = {}
    # Strings count here, so only comments are taken out.
    text = re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*', lambda match: match[1] or "", manifest)
    for start in re.finditer(r"\.(target|executableTarget|systemLibrary)\(\s*name:\s*\"([^\"]+)\"", text):
        arguments = balanced(text, text.index("(", start.start()))
        listed = re.search(r"\bdependencies:\s*\[", arguments)
        names = balanced(arguments, listed.end() - 1) if listed else ""
        names = re.sub(r"\.(?:product|target|byName)\(\s*name:\s*(\"[^\"]+\")[^)]*\)", r"\1", names)
        if not re.search(r"\bpath:\s*\"Tests/", arguments):
            targets[start[2]] = set(re.findall(r"\"([^\"]+)\"", names))
    return targets


def balanced(text, start):
    """The text from an opening bracket to the one that closes it."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index + 1]
    raise ValueError(f"no end of: {text[start:start + 60]}")


def table_imports(document):
    """{target: modules it may import} from the table of docs/architecture.md that has the column `imports`."""
    column, allowed = None, {}
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            column = None
        elif cells[0] == "target" and "imports" in cells:
            column = cells.index("imports")
        elif column is not None and cells[0].startswith("`"):
            allowed[cells[0].strip("`")] = set(re.findall(r"`([^`]+)`", cells[column]))
    return allowed


def chart_edges(document):
    """The arrows of the first Mermaid chart of docs/architecture.md, as pairs of targets. A box is named by its first line."""
    chart = re.search(r"```mermaid\n(.*?)```", document, re.S)
    text = chart[1] if chart else ""
    names = {box: label.split("<br>")[0].strip() for box, label in re.findall(r"([\w-]+)\[([^\]]*)\]", text)}
    edges = re.findall(r"([\w-]+)(?:\[[^\]]*\])?\s*-->\s*([\w-]+)", text)
    return {(names.get(user, user), names.get(used, used)) for user, used in edges}


def disagreements(allowed, edges, dependencies, imports, anywhere=("Swift", "Glibc")):
    """What table, chart, manifest and sources say that does not agree, as sentences.

    `allowed`: from `table_imports`; `edges`: from `chart_edges`; `dependencies`: from `package_dependencies`; `imports`:
    {target: {module: a file that imports it}}."""
    said = []
    own = set(dependencies)
    above = collections.defaultdict(set)
    for user, used in edges:
        above[user].add(used)

    def reaches(user, used):
        seen, waiting = {user}, [user]
        while waiting:
            new = above[waiting.pop()] - seen
            seen |= new
            waiting.extend(new)
        return used in seen

    for target in sorted(imports):
        if target not in allowed:
            said.append(f"{target}: the table does not name it")
            continue
        for module, file in sorted(imports[target].items()):
            if module not in allowed[target] and module not in anywhere:
                said.append(f"{target}: {file} imports {module}, which the table does not allow")
            if module in own and module not in dependencies[target]:
                said.append(f"{target}: {file} imports {module}, and Package.swift does not name it as a dependency")
        for module in sorted(allowed[target] - set(imports[target])):
            said.append(f"{target}: the table allows {module}, and no file imports it")
        for module in sorted(dependencies.get(target, set()) - allowed[target]):
            said.append(f"{target}: Package.swift names {module}, which the table does not allow")
        for module in sorted(dependencies.get(target, set()) & own):
            if not reaches(target, module):
                said.append(f"{target}: depends on {module}, and no way in the chart leads there")
    for target in sorted(set(allowed) - set(imports)):
        said.append(f"{target}: the table names it, and there is no such target")
    for user, used in sorted(edges):
        if used not in dependencies.get(user, set()):
            said.append(f"{user}: the chart has an arrow to {used}, and Package.swift no such dependency")
    return said
