"""Generates Python clients from openapi.yaml, lets them do every operation at BASE_URL, and compares what they made of the answers.

usage: check_clients.py openapi.yaml

openapi-python-client makes the whole client: each operation is called with the examples of the document as its own types, and what
it parsed must say the same as the bytes that came, member by member. datamodel-code-generator makes the types alone: each example
and each answer must go through them without a change. Text bodies (CSV, NDJSON, metrics) have no types; openapi-python-client
leaves them out, and says so.
"""
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import typing
import urllib.parse
import urllib.request

import yaml

from live_requests import LIVE
from references import resolve

BASE = os.environ["BASE_URL"]
DOCUMENT = pathlib.Path(sys.argv[1]).resolve()
SCRIPTS = pathlib.Path(sys.executable).parent
# What is not typed: the description itself, and the page.
UNPARSED = {"description", "page", "reference", "metrics"}


def differences(made, came, where=""):
    """Where two JSON values differ; 1 and 1.0 are one number."""
    if isinstance(came, dict) and isinstance(made, dict):
        return [f"{where}/{key}: only in {'the client' if key in made else 'the answer'}" for key in made.keys() ^ came.keys()] + [
            line for key in made.keys() & came.keys() for line in differences(made[key], came[key], f"{where}/{key}")]
    if isinstance(came, list) and isinstance(made, list) and len(came) == len(made):
        return [line for index, pair in enumerate(zip(made, came)) for line in differences(*pair, f"{where}/{index}")]
    same = made == came and isinstance(made, bool) == isinstance(came, bool)
    return [] if same else [f"{where}: {made!r} is not {came!r}"]


def generate(folder):
    """The two packages, as modules."""
    (folder / "settings.yaml").write_text("post_hooks: []\n")
    made = subprocess.run(
        [SCRIPTS / "openapi-python-client", "generate", "--path", DOCUMENT, "--meta", "none", "--config", folder / "settings.yaml",
         "--output-path", folder / "whole_client"], check=True, capture_output=True, text=True)
    for line in sorted(set(re.findall("Unsupported content.type [a-z/.-]+", made.stdout + made.stderr))):
        print(f"openapi-python-client: {line}")
    subprocess.run(
        [SCRIPTS / "datamodel-codegen", "--input", DOCUMENT, "--input-file-type", "openapi", "--output", folder / "types_alone.py",
         "--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11", "--formatters", "builtin"],
        check=True)
    sys.path.insert(0, str(folder))


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def made_body(kinds, body):
    """The body as the first of the client's types that takes all of it."""
    for kind in kinds:
        if typing.get_origin(kind) is list and isinstance(body, list):
            return [typing.get_args(kind)[0].from_dict(element) for element in body]
        if not hasattr(kind, "from_dict") or not isinstance(body, dict):
            continue
        try:
            value = kind.from_dict(body)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if not differences(value.to_dict(), body):
            return value
    raise ValueError("no type of the client takes this body whole")


class WholeClient:
    """The client of openapi-python-client."""

    def __init__(self, document):
        self.document = document
        self.client = importlib.import_module("whole_client").Client(base_url=BASE, timeout=300)
        self.operations = {}
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                place = f"whole_client.api.{operation['tags'][0]}.{snake(operation['operationId'])}"
                self.operations[method.upper(), path] = importlib.import_module(place)

    def find(self, method, path):
        for (known, template), module in self.operations.items():
            pattern = re.escape(template).replace(r"\{id\}", "(?P<id>[^/]+)") + "$"
            if known == method and (match := re.match(pattern, path)):
                return template, module, match.groupdict()
        raise KeyError(path)

    def ask(self, method, target, body):
        """What came and what the client made of it; None for a call that its types do not allow."""
        path, _, query = target.partition("?")
        template, module, arguments = self.find(method, path)
        hints = typing.get_type_hints(module.sync_detailed)
        for name, text in urllib.parse.parse_qsl(query, keep_blank_values=True):
            if name not in hints:
                return template, None, None
            kinds = typing.get_args(hints[name]) or (hints[name],)
            choice = next((kind for kind in kinds if issubclass(kind, str) and kind is not str), None)
            if choice and text not in set(choice):
                return template, None, None
            value = choice(text) if choice else text
            arguments[name] = (text or "true") == "true" if bool in kinds else float(text) if float in kinds else int(text) if int in kinds else value
        required = {parameter["name"] for parameter in self.document["paths"][template][method.lower()].get("parameters", [])
                    if parameter.get("required")}
        if required - arguments.keys():
            return template, None, None
        if body is not None:
            kinds = typing.get_args(hints["body"]) if typing.get_origin(hints["body"]) is not list else ()
            try:
                arguments["body"] = made_body(kinds or (hints["body"],), json.loads(body))
            except ValueError:
                return template, None, None
        answer = module.sync_detailed(client=self.client, **arguments)
        return template, answer, module


def parsed(answer):
    return answer.parsed.to_dict() if hasattr(answer.parsed, "to_dict") else answer.parsed


def through_types(types, name, value):
    """The same value after datamodel-code-generator's type of that name."""
    return json.loads(getattr(types, name).model_validate(value).model_dump_json(by_alias=True, exclude_unset=True))


def schema_name(content):
    return content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]


def requests(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for example in content.get("examples", {}).values():
                yield method.upper(), path, json.dumps(resolve(document, example)["value"])
    yield from ((method, path, body) for method, path, body, kind in LIVE if kind == "application/json")


def closing(client, document, done, failed, refused):
    """Prints what a client has done; whether something failed."""
    missing = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()} - done.keys()
    print(f"operations by {client}: " + ", ".join(f"{key} {count}" for key, count in sorted(done.items())))
    print(f"not done: {', '.join(sorted(missing)) or 'none'}; {refused} requests that its types do not allow were not sent")
    print(f"{sum(done.values())} answers compared, {failed + len(missing)} failed")
    return failed + len(missing) != 0


def main():
    document = yaml.safe_load(DOCUMENT.read_text())
    with tempfile.TemporaryDirectory() as folder:
        generate(pathlib.Path(folder))
        whole, types = WholeClient(document), importlib.import_module("types_alone")
        done, failed, refused = {}, 0, 0
        for method, target, body in requests(document):
            try:
                template, answer, module = whole.ask(method, target, body)
            except Exception as error:  # noqa: BLE001: whatever a generated client throws is a failure
                failed += 1
                print(f"{method} {target}: {type(error).__name__}: {error}", (body or "")[:300], sep="\n  ")
                continue
            operation = document["paths"][template][method.lower()]
            key = operation["operationId"]
            if answer is None:
                refused += 1
                print(f"not sent, not of its types: {method} {target} {(body or '')[:60]}")
                continue
            done[key] = done.get(key, 0) + 1
            if key in UNPARSED:
                problems = [] if answer.status_code == 200 and answer.content else ["no answer"]
            else:
                came = json.loads(answer.content)
                problems = differences(parsed(answer), came)
                content = resolve(document, operation["responses"][str(int(answer.status_code))])["content"]
                name = schema_name(next(iter(content.values())))
                problems += [f"types: {line}" for line in differences(through_types(types, name, came), came)]
                if body is not None and answer.status_code == 200:
                    sent = json.loads(body)
                    name = schema_name(operation["requestBody"]["content"]["application/json"])
                    problems += [f"types of the request: {line}" for line in differences(through_types(types, name, sent), sent)]
            if problems:
                failed += 1
                print(f"{method} {target} {int(answer.status_code)}:", *problems[:6], sep="\n  ")
    return closing("openapi-python-client's client", document, done, failed, refused)


if __name__ == "__main__":
    sys.exit(main())
