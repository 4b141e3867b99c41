"""Lets the Go client of openapi-generator do every operation at BASE_URL, and compares what it made of the answers, member by member.

usage: check_go_client.py openapi.yaml go cache
  go     the go command
  cache  a folder for what it has compiled

Modules of Go cannot be fetched everywhere. The client needs one, gopkg.in/validator.v2, which looks at tags of its structures; in its
place stands a module that finds nothing: what is compared here says more.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import yaml

from check_clients import closing, differences, requests
from check_openapi_generator import GENERATOR, find

BASE = os.environ["BASE_URL"]
DOCUMENT = pathlib.Path(sys.argv[1]).resolve()
HERE = pathlib.Path(__file__).resolve().parent


def without_defaults(node):
    """The generator writes the default of a choice between types as a constant of the wrong type."""
    if isinstance(node, dict):
        return {key: without_defaults(of) for key, of in node.items() if not (key == "default" and "oneOf" in node)}
    return [without_defaults(of) for of in node] if isinstance(node, list) else node


VALIDATOR = "package validator\n\nfunc Validate(any) error { return nil }\n"


def without_nulls(node):
    """Structures of Go do not tell a null from nothing where both may be."""
    if isinstance(node, dict):
        return {key: without_nulls(of) for key, of in node.items() if of is not None}
    return [without_nulls(of) for of in node] if isinstance(node, list) else node


def sendable(body):
    """A body as JSON; None where it is none."""
    try:
        return json.loads(body or "null")
    except ValueError:
        return None


def build(folder, document, go, cache):
    """The program of Tests/OpenAPI/go with the client that is made of the document."""
    source = folder / "openapi.json"
    source.write_text(json.dumps(without_defaults(document)))
    made = subprocess.run(
        [GENERATOR, "generate", "-g", "go", "-i", source, "-o", folder / "client", "--additional-properties",
         "packageName=client,withGoMod=false,enumClassPrefix=true,generateInterfaces=false"], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"openapi-generator failed:\n{made.stdout[-3000:]}\n{made.stderr[-3000:]}")
    shutil.rmtree(folder / "client" / "test", ignore_errors=True)
    (folder / "validator").mkdir()
    (folder / "validator" / "validator.go").write_text(VALIDATOR)
    (folder / "validator" / "go.mod").write_text("module gopkg.in/validator.v2\n\ngo 1.18\n")
    (folder / "client" / "go.mod").write_text("module example.com/client\n\ngo 1.23\n")
    (folder / "program").mkdir()
    shutil.copy(HERE / "go" / "main.go", folder / "program")
    (folder / "program" / "go.mod").write_text("module example.com/program\n\ngo 1.23\n")
    (folder / "go.work").write_text("go 1.23\n\nuse (\n\t./client\n\t./program\n\t./validator\n)\n")
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOPROXY": "off", "GOPATH": str(folder / "path"), "GOCACHE": str(cache)}
    built = subprocess.run(
        [pathlib.Path(go).resolve(), "build", "-o", folder / "run", "example.com/program"], cwd=folder, env=environment, capture_output=True, text=True)
    if built.returncode:
        sys.exit(f"the client does not compile:\n{built.stderr[-5000:]}")
    return folder / "run"


def main():
    document = yaml.safe_load(DOCUMENT.read_text())
    done, failed, refused = {}, 0, 0
    with tempfile.TemporaryDirectory() as name:
        program = build(pathlib.Path(name), document, sys.argv[2], pathlib.Path(sys.argv[3]).resolve())
        questions, lines = [], []
        for method, target, body in requests(document):
            path, _, query = target.partition("?")
            operation, arguments = find(document, method, path)
            questions.append((method, target, body, operation))
            lines.append(json.dumps({
                "operation": operation["operationId"], "arguments": list(arguments.values()), "body": sendable(body),
                "query": urllib.parse.parse_qsl(query, keep_blank_values=True)}))
        ran = subprocess.run([program, BASE], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
        for (method, target, body, operation), line in zip(questions, ran.stdout.splitlines(), strict=True):
            came = json.loads(line)
            unsent = came.get("unsent") or (came["status"] == 0 and came.get("error", "").endswith("must be specified") and came["error"])
            if unsent:
                refused += 1
                print(f"not sent, not of its types: {method} {target} {(body or '')[:60]}: {unsent[:200]}")
                continue
            key = operation["operationId"]
            done[key] = done.get(key, 0) + 1
            if key == "description":
                # It has no reader for YAML: the bytes are the answer.
                problems = [] if came["status"] == 200 and came["raw"].startswith("openapi: 3.1") else ["no description"]
            elif came.get("error"):
                problems = [came["error"][:600]]
            elif came["raw"].startswith("{"):
                problems = differences(without_nulls(came.get("made")), without_nulls(json.loads(came["raw"])))
            else:
                problems = [] if came["status"] == 200 else [f"status {came['status']}"]
            if came.get("sent"):
                # What is not given it fills with the defaults of the document.
                problems += [f"of the body: {line}" for line in differences(without_nulls(came["sent"]), without_nulls(json.loads(body)))
                             if not line.endswith("only in the client")]
            if problems:
                failed += 1
                print(f"{method} {target} {came['status']} {(body or '')[:200]}:", *problems[:6], sep="\n  ")
    return closing("the Go client", document, done, failed, refused)


if __name__ == "__main__":
    sys.exit(main())
