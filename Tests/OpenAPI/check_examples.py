"""Sends every request example of openapi.yaml to the service at BASE_URL and compares the answers.

An example of a request is matched by name with the example of a response: its status must be that of the response under which
it stands, and its body must be the same (numbers to 1e-6). A request example without one must be answered with 200.
Every answer must fit the schema of its response, and the document itself must be valid OpenAPI 3.1 and keep the rules of
schema_rules.py.
"""

import json
import os
import sys
import urllib.error
import urllib.request

import jsonschema
import yaml
from openapi_spec_validator import validate

from references import resolve
from schema_rules import breaches

BASE = os.environ["BASE_URL"]


def form(parts):
    """Objects are sent as JSON, texts as files."""
    text = ""
    for name, part in parts.items():
        content = part if isinstance(part, str) else json.dumps(part)
        text += f'--example\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n{content}\r\n'
    return (text + "--example--\r\n").encode()


def call(method, path, body, content_type):
    is_text = isinstance(body, str) and content_type != "application/json"
    data = None if body is None else body.encode() if is_text else json.dumps(body).encode()
    if content_type == "multipart/form-data":
        data, content_type = form(body), content_type + "; boundary=example"
    request = urllib.request.Request(BASE + path, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get_content_type(), answer.read()


def differences(expected, actual, where=""):
    if isinstance(expected, bool) or not isinstance(expected, (dict, list, int, float)):
        return [] if expected == actual else [f"{where or '/'}: {actual!r} is not {expected!r}"]
    if isinstance(expected, (int, float)):
        if isinstance(actual, (int, float)) and abs(actual - expected) <= 1e-6 * max(1e-12, abs(expected)):
            return []
        return [f"{where or '/'}: {actual!r} is not {expected!r}"]
    if type(expected) is not type(actual) or (
        set(expected) != set(actual) if isinstance(expected, dict) else len(expected) != len(actual)
    ):
        return [f"{where or '/'}: {json.dumps(actual)} is not {json.dumps(expected)}"]
    items = expected.items() if isinstance(expected, dict) else enumerate(expected)
    return [line for key, value in items for line in differences(value, actual[key], f"{where}/{key}")]


def check(document, path, method, operation, name, body, content_type):
    status, answered_type, raw = call(method.upper(), path, body, content_type)
    responses = {code: resolve(document, response) for code, response in operation["responses"].items()}
    expected_status, expected = "200", None
    for code, response in responses.items():
        for content in response.get("content", {}).values():
            if name in content.get("examples", {}):
                expected_status = code
                expected = resolve(document, content["examples"][name])["value"]
    if str(status) != expected_status:
        return [f"status {status} is not {expected_status}: {raw.decode()}"]
    content = responses[expected_status].get("content", {})
    if answered_type not in content:
        return [f"content type {answered_type} is not described"]
    if not answered_type.endswith("json"):
        return []
    answer = json.loads(raw)
    schema = {**content[answered_type]["schema"], "components": document["components"]}
    problems = [
        f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(answer)
    ]
    if expected is not None:
        problems += differences(expected, answer)
    return problems


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.safe_load(file)
    validate(document)
    broken = breaches(document)
    print(*broken, sep="\n")
    failed, count = len(broken), 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            cases = [("get", None, None)] if method == "get" and "{" not in path else []
            for content_type, content in resolve(document, operation.get("requestBody", {})).get("content", {}).items():
                for name, example in content.get("examples", {}).items():
                    cases.append((name, resolve(document, example)["value"], content_type))
            for name, body, content_type in cases:
                if method == "get" and any(p.get("required") for p in operation.get("parameters", []) if "$ref" not in p):
                    continue
                count += 1
                problems = check(document, path, method, operation, name, body, content_type)
                if problems:
                    failed += 1
                    print(f"{method.upper()} {path}, {name}:", *problems, sep="\n  ")
    print(f"openapi.yaml: {count} examples run, {failed} failed")
    sys.exit(1 if failed else 0)


main()
