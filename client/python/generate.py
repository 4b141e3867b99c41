#!/usr/bin/env python3
"""Writes afd_sizer/models.py from openapi.yaml: a dataclass for each object, a union for each oneOf.

usage: generate.py [--check]    (needs PyYAML; --check fails where models.py is not what would be written)"""
import keyword
import pathlib
import re
import sys
import textwrap

import yaml

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "openapi.yaml"
MODELS = HERE / "afd_sizer/models.py"
HEAD = '''"""The bodies and answers of the service, as dataclasses. Made from openapi.yaml by generate.py: do not edit.

A member that may be left out is None where it is not there.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Union

'''


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[_\W]+", name))


class Writer:
    def __init__(self, schemas):
        self.schemas = schemas
        self.classes = []  # text of each class
        self.aliases = []  # text of each alias, behind the classes
        self.names = []

    def kind(self, schema, name):
        """The annotation of a schema; makes a class of an inline object."""
        if "$ref" in schema:
            return schema["$ref"].rsplit("/", 1)[1]
        if "oneOf" in schema:
            forms = [self.kind(form, f"{name}{number}") for number, form in enumerate(schema["oneOf"], 1)]
            return f"Union[{', '.join(dict.fromkeys(forms))}]"
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if values:
            text = f"Literal[{', '.join(map(repr, values))}]"
            return text
        kinds = schema.get("type", [])
        kinds = list(kinds) if isinstance(kinds, list) else [kinds]
        made = [self.simple(kind, schema, name) for kind in kinds if kind != "null"] or ["Any"]
        return " | ".join(made + ["None"] if "null" in kinds else made)

    def simple(self, kind, schema, name):
        if kind == "object":
            if schema.get("properties") and schema.get("additionalProperties") is not True:
                self.declare(name, schema)
                return name
            rest = schema.get("additionalProperties")
            return f"dict[str, {self.kind(rest, name) if isinstance(rest, dict) else 'Any'}]"
        if kind == "array":
            return f"list[{self.kind(schema['items'], name + 'Item' if 'properties' in schema['items'] else name)}]"
        return {"string": "str", "number": "float", "integer": "int", "boolean": "bool"}[kind]

    def declare(self, name, schema):
        if name in self.names:
            sys.exit(f"two objects are called {name}")
        self.names.append(name)
        required = schema.get("required", [])
        lines = []
        for member, of in schema["properties"].items():
            kind = self.kind(of, name + camel(member))
            own = member + "_" if keyword.iskeyword(member) else member
            settings = [] if own == member else [f'metadata={{"name": "{member}"}}']
            if member not in required:
                kind = kind if kind.endswith("| None") or kind == "Any" else f"{kind} | None"
                settings.insert(0, "default=None")
            value = " = None" if settings == ["default=None"] else f" = field({', '.join(settings)})" if settings else ""
            if of.get("description") and "$ref" not in of:
                lines += comment(of["description"])
            lines.append(f"    {own}: {kind}{value}")
        text = textwrap.fill(" ".join(schema.get("description", "").split()), 110)
        doc = [f'    """{text}"""', ""] if text and "\n" not in text else ['    """' + text.replace("\n", "\n    "), '    """', ""] if text else []
        self.classes.append("\n".join(["@dataclass(kw_only=True)", f"class {name}:", *doc, *lines]) + "\n")

    def top(self, name, schema):
        if schema.get("properties") and "oneOf" not in schema and schema.get("additionalProperties") is not True:
            kinds = schema.get("type")
            if isinstance(kinds, list):
                self.declare(name + "Values", schema)
                self.aliases.append(f"{name} = Union[{name}Values, None]")
            else:
                self.declare(name, schema)
        else:
            kind = self.kind(schema, name)
            if " | None" in kind:
                kind = f"Union[{kind.replace(' | None', '')}, None]"
            self.aliases.append(f"{name} = {kind}")


def comment(text):
    return [f"    # {line}" for line in textwrap.wrap(" ".join(text.split()), 110)]


def ordered(aliases):
    """Aliases are evaluated when the module is loaded: each behind those that it names."""
    left, done, names = list(aliases), [], {alias.split(" ")[0] for alias in aliases}
    while left:
        for alias in left:
            own, text = alias.split(" = ", 1)
            if not (set(re.findall(r"\w+", text)) & names - {own} - {made.split(" ")[0] for made in done}):
                done.append(alias)
                left.remove(alias)
                break
        else:
            sys.exit(f"these name each other: {left}")
    return done


def models():
    schemas = yaml.safe_load(DOCUMENT.read_text())["components"]["schemas"]
    writer = Writer(schemas)
    for name, schema in schemas.items():
        writer.top(name, schema)
    return HEAD + "\n" + "\n\n".join(writer.classes) + "\n\n" + "\n".join(ordered(writer.aliases)) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("models.py is not made of openapi.yaml as it is: run client/python/generate.py" if MODELS.read_text() != models() else 0)
    MODELS.write_text(models())
