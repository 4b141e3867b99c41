"""What the documents name must be there."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Documents(unittest.TestCase):
    def test_the_tests_that_the_threat_model_names_are_there(self):
        words = set()
        for folder in ("Tests", "Sources"):
            for path in (ROOT / folder).rglob("*.swift"):
                words.update(re.findall(r"\w+", path.read_text()))
        named = set()
        for row in re.findall(r"^\|(.*)\|$", (ROOT / "docs/threat-model.md").read_text(), re.M):
            cells = row.split("|")
            for name in re.findall(r"`([A-Za-z.]+)`", cells[-1]) if len(cells) > 2 else []:
                named.update(name.split("."))
        self.assertGreater(len(named), 30)
        self.assertEqual(sorted(named - words), [])

    def test_the_scripts_and_files_that_documents_name_are_there(self):
        documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "deploy/README.md", ROOT / ".ci/run",
                     *(ROOT / "docs").glob("*.md"), *(ROOT / "script").rglob("*")]
        for document in documents:
            if not document.is_file() or "__pycache__" in document.parts:
                continue
            text = document.read_text()
            for name in re.findall(r"\b((?:script|Tests|deploy|Benchmarks|docs)/[\w./-]*\w)", text):
                if re.match(r"(?:script/check/NAME|deploy/(?:tests/)?\*)", name) or document.name == "floors.py":
                    continue
                with self.subTest(f"{document.relative_to(ROOT)}: {name}"):
                    self.assertTrue((ROOT / name).exists() or (document.parent / name).exists())

    def test_the_version_is_the_same_everywhere(self):
        done = subprocess.run([ROOT / "script/version", "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
