"""Lets the Python client of openapi-generator do every operation at BASE_URL, and compares what it made of the answers.

usage: check_openapi_generator.py openapi.yaml
"""
import importlib
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import typing
import urllib.parse

import yaml

from check_clients import closing, differences, requests, snake

BASE = os.environ["BASE_URL"]
DOCUMENT = pathlib.Path(sys.argv[1]).resolve()
GENERATOR = pathlib.Path(sys.executable).parent / "openapi-generator-cli"


def generate(folder):
    made = subprocess.run(
        [GENERATOR, "generate", "-g", "python", "-i", DOCUMENT, "-o", folder, "--package-name", "generated_client"],
        capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"openapi-generator failed:\n{made.stdout[-3000:]}\n{made.stderr[-3000:]}")
    sys.path.insert(0, str(folder))


def kind_of(annotation):
    """The model of a parameter that is a body."""
    if typing.get_origin(annotation) is typing.Annotated:
        return kind_of(typing.get_args(annotation)[0])
    found = [argument for argument in typing.get_args(annotation) if hasattr(argument, "from_dict")]
    return annotation if hasattr(annotation, "from_dict") else found[0] if found else None


def find(document, method, path):
    for template, methods in document["paths"].items():
        pattern = re.escape(template).replace(r"\{id\}", "(?P<id>[^/]+)") + "$"
        if method.lower() in methods and (match := re.match(pattern, path)):
            return methods[method.lower()], match.groupdict()
    raise KeyError(path)


class Whole:
    """An answer that was compared as bytes."""

    status_code, raw_data, data = 200, "", None


def call(package, api, operation, arguments, query, body):
    """What came and what the client made of it; None where its types do not allow the call."""
    function = getattr(api, snake(operation["operationId"]) + "_with_http_info")
    parameters = inspect.signature(function).parameters
    for name, text in urllib.parse.parse_qsl(query, keep_blank_values=True):
        if name not in parameters:
            return None
        number = re.fullmatch(r"-?\d+(\.\d+)?", text)
        arguments[name] = (float(text) if "." in text else int(text)) if number else True if name == "pretty" else text
    if body is not None:
        known = {parameter.get("name", "pretty") for parameter in operation.get("parameters", [])}
        name = next(name for name in parameters if name not in known and name != "self" and not name.startswith("_"))
        try:
            sent = json.loads(body)
            kind = kind_of(parameters[name].annotation)
            made = kind.from_dict(sent) if kind else sent
        except ValueError:
            return None
        # What is not given it fills with the defaults of the document.
        lost = [line for line in differences(made.to_dict() if kind else made, sent) if not line.endswith("only in the client")]
        if lost:
            raise AssertionError(f"the body lost something: {lost[:3]}")
        arguments[name] = made
    if operation["operationId"] == "description":
        # It has no reader for YAML: the bytes are the answer.
        answer = api.description_without_preload_content()
        assert answer.status == 200 and answer.data.startswith(b"openapi: 3.1"), "no description"
        return Whole
    exceptions = importlib.import_module("generated_client.exceptions")
    try:
        return function(**arguments)
    except exceptions.ApiException as error:
        return error
    except package["ValidationError"] as error:
        print(f"not of its types: {str(error)[:400]}")
        return None


def main():
    document = yaml.safe_load(DOCUMENT.read_text())
    with tempfile.TemporaryDirectory() as folder:
        generate(pathlib.Path(folder))
        client = importlib.import_module("generated_client")
        package = {"ValidationError": importlib.import_module("pydantic").ValidationError}
        shared = client.ApiClient(client.Configuration(host=BASE))
        apis = {"sizing": client.SizingApi(shared), "operation": client.OperationApi(shared)}
        done, failed, refused = {}, 0, 0
        for method, target, body in requests(document):
            path, _, query = target.partition("?")
            operation, arguments = find(document, method, path)
            key = operation["operationId"]
            try:
                answer = call(package, apis[operation["tags"][0]], operation, arguments, query, body)
                if answer is None:
                    refused += 1
                    continue
                done[key] = done.get(key, 0) + 1
                status = getattr(answer, "status_code", None) or answer.status
                raw = answer.raw_data if hasattr(answer, "raw_data") else answer.body
                raw = raw.decode() if isinstance(raw, bytes) else raw or ""
                problems = []
                if raw.startswith("{"):
                    made = answer.data
                    problems = differences(made.to_dict() if hasattr(made, "to_dict") else made, json.loads(raw))
                elif status != 200:
                    problems = [f"status {status}"]
            except Exception as error:  # noqa: BLE001: whatever a generated client throws is a failure
                problems = [f"{type(error).__name__}: {str(error)[:600]}"]
            if problems:
                failed += 1
                print(f"{method} {target} {(body or '')[:200]}:", *problems[:6], sep="\n  ")
    return closing("openapi-generator's client", document, done, failed, refused)


if __name__ == "__main__":
    sys.exit(main())
