"""Makes a package of one test target and what it depends on, over the same sources: a build with a sanitizer then takes a fraction of
that of the whole. Python 3, standard library only.

  python3 script/lib/reduced_package.py TARGET FOLDER"""
import json, pathlib, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    described = json.loads(subprocess.run(
        ["swift", "package", "describe", "--type", "json"], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    depends = {each["name"]: each.get("target_dependencies", []) for each in described["targets"]}
    if target not in depends:
        sys.exit(f"there is no target {target}")
    kept, waiting = set(), [target]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += depends.get(name, [])
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Sources", "Tests"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name)
    manifest = (ROOT / "Package.swift").read_text()
    names = ", ".join(f'"{name}"' for name in sorted(kept))
    text = f"{manifest}\nlet kept: Set<String> = [{names}]\npackage.targets.removeAll {{ !kept.contains($0.name) }}\npackage.products.removeAll()\n"
    path = folder / "Package.swift"
    # Left as it is where nothing has changed, so that nothing is built again.
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


main()
