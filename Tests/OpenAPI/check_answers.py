"""Sends requests over all operations to the service at BASE_URL and compares every answer with openapi.yaml.

usage: check_answers.py openapi.yaml [REQUESTS [SEED]]

Requests are the examples of the document, those of `live_requests.py`, and REQUESTS (400) made-up ones, right and wrong. Every
answer must have a status and a type that stand in the document, and fit their schema: a member that is not described fails.
At the end it tells which members of answers no request has shown; those of `live_requests.py` must show all.
"""
import json
import os
import pathlib
import sys
import urllib.error
import urllib.request

import jsonschema
import yaml

from live_requests import LIVE, UNSEEN
from references import resolve
from schema_fuzz import Grammar, request

BASE = os.environ["BASE_URL"]


def ask(method, path, body, kind):
    asked = urllib.request.Request(BASE + path, data=body, method=method, headers={"Content-Type": kind} if body is not None else {})
    try:
        with urllib.request.urlopen(asked, timeout=300) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get_content_type(), answer.read()


def nearest(error):
    """What is wrong below an error of a `oneOf`: of the form that the fewest members speak against."""
    while error.context:
        forms = {}
        for below in error.context:
            forms.setdefault(below.schema_path[0], []).append(below)
        error = max(min(forms.values(), key=len), key=lambda below: len(below.path))
    return error


class Description:
    """The document, with a validator for each answer and a note of which members were seen."""

    def __init__(self, document):
        self.document = document
        self.validators = {}
        self.members = set()
        self.seen = set()

    def path(self, path):
        """The path of the document that this one is of."""
        path = path.split("?")[0]
        if path in self.document["paths"]:
            return path
        for known in self.document["paths"]:
            if known.endswith("}") and path.startswith(known[: known.index("{")]):
                return known
        raise KeyError(path)

    def problems(self, method, path, status, kind, data):
        """What of an answer is not as it is described."""
        place = (self.path(path), method.lower(), str(status), kind)
        if place not in self.validators:
            response = self.document["paths"][place[0]][place[1]]["responses"].get(place[2])
            content = resolve(self.document, response or {}).get("content", {})
            if kind not in content:
                return [f"status {status} with {kind} is not described"]
            schema = content[kind]["schema"]
            whole = {**schema, "components": self.document["components"]}
            self.validators[place] = (schema, jsonschema.Draft202012Validator(whole))
        if not kind.endswith("json"):
            return []
        schema, validator = self.validators[place]
        answer = json.loads(data)
        # Of the forms of an answer, what the one breaks that it is nearest to.
        found = [f"{error.json_path}: {error.message[:300]}" for error in map(nearest, validator.iter_errors(answer))]
        if not found:
            self.look(schema, answer, place[0])
        return found

    def look(self, schema, value, name):
        """Notes the members of objects that `value` shows, by the schema that describes it."""
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = resolve(self.document, schema)
        if "oneOf" in schema:
            for form in schema["oneOf"]:
                whole = {**form, "components": self.document["components"]}
                if jsonschema.Draft202012Validator(whole).is_valid(value):
                    return self.look(form, value, name)
        if isinstance(value, dict):
            for member, of in schema.get("properties", {}).items():
                self.members.add(f"{name}.{member}")
                if member in value:
                    self.seen.add(f"{name}.{member}")
                    self.look(of, value[member], f"{name}.{member}")
        if isinstance(value, list):
            for element in value[:50]:
                self.look(schema.get("items", {}), element, name)
        return None


def examples(document):
    """The requests of the document's examples."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                for example in content.get("examples", {}).values():
                    body = resolve(document, example)["value"]
                    text = body if isinstance(body, str) else json.dumps(body)
                    yield method.upper(), path, text, kind


def main():
    document = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
    count, seed = [int(text) for text in [*sys.argv[2:], "400", "1"][:2]] if len(sys.argv) > 2 else (400, 1)
    described, failed, sent = Description(document), 0, {}
    grammar = Grammar(document)
    made = (("POST", *request(grammar, seed, number), "application/json") for number in range(count))
    for method, path, body, kind in [*examples(document), *LIVE, *made]:
        status, answered, data = ask(method, path, None if body is None else body.encode(), kind)
        problems = described.problems(method, path, status, answered, data)
        key = f"{method} {described.path(path)}"
        sent.setdefault(key, {}).setdefault(status, 0)
        sent[key][status] += 1
        if problems:
            failed += 1
            print(f"{method} {path} {status}:", *problems[:5], (body or "")[:8000], sep="\n  ")
    every = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    for key in sorted(every):
        print(f"{key}: " + (", ".join(f"{n} × {status}" for status, n in sorted(sent.get(key, {}).items())) or "NOT ASKED"))
    unseen = described.members - described.seen
    print(f"{len(described.seen)} of {len(described.members)} members of answers were seen")
    for member in sorted(unseen ^ UNSEEN):
        print(f"FAIL {member}: " + ("no request shows it" if member in unseen else "is on the list of those not seen, and was"))
    failed += len(unseen ^ UNSEEN) + len(every - sent.keys())
    print(f"{sum(sum(of.values()) for of in sent.values())} answers compared; {failed} failed")
    return failed != 0


sys.exit(main())
