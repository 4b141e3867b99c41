"""Tests of script/check/floors on small packages made here: python3 -m unittest discover -s Tests/Scripts"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "script/lib"))
import floors

DOCUMENT = """
```mermaid
flowchart TD
  tool[tool<br>commands] --> base[Base<br>ground]
```

| target | its one job | imports | may not |
|---|---|---|---|
| `Base` | ground | | know tools |
| `tool` | commands | `Base`, `Dispatch` | hold logic |
"""
MANIFEST = """
let package = Package(name: "x", targets: [
    // .target(name: "Ghost", dependencies: ["Base"]),
    .target(name: "Base"),
    .executableTarget(name: "tool", dependencies: ["Base", .product(name: "Log", package: "https://a.b/log")]),
    .target(name: "Helper", dependencies: ["Base"], path: "Tests/Helper"),
    .testTarget(name: "BaseTests", dependencies: ["Base"]),
])
"""


def graph(**sources):
    """The folder graph of a target; `a__b="…"` is the file a/b.swift, `b="…"` the file b.swift."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in sources.items():
            path = pathlib.Path(folder, *name.split("__")).with_suffix(".swift")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return {edge: set(names) for edge, names in floors.folder_graph(floors.read_target(pathlib.Path(folder))).items()}


class Code(unittest.TestCase):
    def test_comments_and_strings_are_not_code(self):
        for text, expected in [
            ("a // b\nc", "a \nc"),
            ("a /* b /* c */ d */ e", "a   e"),
            ('a "b" c', 'a "" c'),
            ('a "b \\" c" d', 'a "" d'),
            ('a #"b " c"# d', 'a "" d'),
            ('a #"b \\(c) \\#(d)"# e', 'a " (d)" e'),
            ('a """\nb "c"\n""" d', 'a "\n\n" d'),
            ('a "b \\(c("d \\(e)")) f" g', 'a " (c(" (e)"))" g'),
            ('a "// b" c', 'a "" c'),
        ]:
            with self.subTest(text):
                self.assertEqual(floors.code(text), expected)


class FolderGraph(unittest.TestCase):
    def test_a_type_is_used_where_it_is_named(self):
        for use in ["let x: Thing", "extension Thing {}", "func f() -> [Thing]? { nil }", 'let s = "\\(Thing())"',
                    "struct Other: Thing {}", "let x = Thing.value"]:
            with self.subTest(use):
                self.assertEqual(graph(low__thing="public struct Thing {}", high__use=use), {("high", "low"): {"Thing"}})

    def test_each_kind_of_declaration_counts(self):
        for declaration in ["struct", "final class", "@frozen public enum", "actor", "protocol", "typealias", "func", "let"]:
            with self.subTest(declaration):
                found = graph(low__a=f"{declaration} Thing", high__b="let x = Thing")
                self.assertEqual(found, {("high", "low"): {"Thing"}})

    def test_what_only_looks_like_a_use_does_not_count(self):
        for use in ["// Thing", '"Thing"', "let x = Outer.Thing()", "struct Outer { struct Thing {} ; let x: Thing }",
                    "private struct Thing {}\nlet y: Thing", "let SomeThing = 1"]:
            with self.subTest(use):
                self.assertEqual(graph(low__thing="struct Thing {}", high__use=use), {})

    def test_private_declarations_are_not_for_others(self):
        self.assertEqual(graph(low__a="private struct Thing {}", high__b="let x: Thing"), {})
        self.assertEqual(graph(low__a="fileprivate let thing = 1", high__b="let x = thing"), {})
        self.assertEqual(graph(low__a="private(set) var thing = 1", high__b="let x = thing"), {("high", "low"): {"thing"}})

    def test_the_root_is_a_folder(self):
        found = graph(top="struct Top { let low: Low }", inside__low="struct Low { let top: Top }")
        self.assertEqual(floors.mutual_pairs(found), [(".", "inside")])

    def test_a_circle_of_three_has_no_mutual_pair(self):
        found = graph(a__a="struct A { let b: B }", b__b="struct B { let c: C }", c__c="struct C { let a: A }",
                      d__d="struct D { let a: A }")
        self.assertEqual(floors.mutual_pairs(found), [])
        self.assertEqual(floors.circles(found), [["a", "b", "c"]])


class Layers(unittest.TestCase):
    def disagreements(self, imports, document=DOCUMENT, manifest=MANIFEST):
        return floors.disagreements(
            floors.table_imports(document), floors.chart_edges(document), floors.package_dependencies(manifest),
            {target: {module: "file.swift" for module in modules} for target, modules in imports.items()})

    def test_the_manifest_is_read(self):
        self.assertEqual(floors.package_dependencies(MANIFEST), {"Base": set(), "tool": {"Base", "Log"}})

    def test_agreement(self):
        manifest = MANIFEST.replace(', .product(name: "Log", package: "https://a.b/log")', "")
        self.assertEqual(self.disagreements({"Base": {"Glibc"}, "tool": {"Base", "Dispatch"}}, manifest=manifest), [])

    def test_each_disagreement_is_named(self):
        good = {"Base": set(), "tool": {"Base", "Dispatch"}}
        for name, said, arguments in [
            ("import", "file.swift imports Foundation", {"imports": {**good, "Base": {"Foundation"}}}),
            ("upwards", "file.swift imports tool", {"imports": {**good, "Base": {"tool"}}}),
            ("manifest", "Package.swift names Log", {"imports": good}),
            ("unlisted target", "New: the table does not name it", {"imports": {**good, "New": set()}}),
            ("no such target", "tool: the table names it", {"imports": {"Base": set()}}),
            ("not imported", "the table allows Dispatch", {"imports": {**good, "tool": {"Base"}}}),
            ("no way", "no way in the chart", {"imports": good, "document": DOCUMENT.replace("-->", "---")}),
            ("false arrow", "the chart has an arrow to tool",
             {"imports": good, "document": DOCUMENT.replace("```\n\n", "  base --> tool\n```\n\n", 1)}),
            ("undeclared", "Package.swift does not name it", {"imports": good, "manifest": MANIFEST.replace('["Base", ', "[")}),
        ]:
            with self.subTest(name):
                found = self.disagreements(**arguments)
                self.assertTrue(any(said in sentence for sentence in found), found)


class Command(unittest.TestCase):
    def run_on(self, sources, *options):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {"Package.swift": 'Package(targets: [.target(name: "Base")])',
                               "docs/architecture.md": "| target | its one job | imports |\n| `Base` | all | |\n", **sources}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return subprocess.run(
                [ROOT / "script/check/floors", "--root", root, *options], capture_output=True, text=True)

    def test_exit_status(self):
        tree = {"Sources/Base/a/A.swift": "struct A { let b: B }", "Sources/Base/b/B.swift": "struct B {}"}
        circle = {**tree, "Sources/Base/b/B.swift": "struct B { let a: A? }"}
        done = self.run_on(tree)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("a → b: B", done.stdout)
        done = self.run_on(circle)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a and b use each other", done.stdout)
        self.assertIn("1 pairs", done.stdout)
        self.assertEqual(self.run_on(circle, "--list").returncode, 0)


if __name__ == "__main__":
    unittest.main()
