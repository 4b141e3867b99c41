"""Between JSON values and the dataclasses of models.py."""
from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any

from . import models


def to_json(value: Any) -> Any:
    """A dataclass as a JSON value; members that are None and may be left out are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        made = {}
        for field in dataclasses.fields(value):
            member = getattr(value, field.name)
            if member is not None or field.default is dataclasses.MISSING:
                made[field.metadata.get("name", field.name)] = to_json(member)
        return made
    if isinstance(value, dict):
        return {key: to_json(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(element) for element in value]
    return value


def from_json(kind: Any, value: Any) -> Any:
    """A JSON value as an instance of a type of models.py. Members that the type does not know are passed over, so that an
    answer of a newer service can be read."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        best = max(typing.get_args(kind), key=lambda form: _fit(form, value))
        return from_json(best, value)
    if origin is list:
        (element,) = typing.get_args(kind)
        return [from_json(element, one) for one in value] if isinstance(value, list) else value
    if origin is dict:
        element = typing.get_args(kind)[1]
        return {key: from_json(element, one) for key, one in value.items()} if isinstance(value, dict) else value
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(value, dict):
        members = {}
        for name, own, of, _ in _members(kind):
            if name in value:
                members[own] = from_json(of, value[name])
        missing = [name for name, own, _, required in _members(kind) if required and own not in members]
        if missing:
            raise ValueError(f"{kind.__name__} has no {', '.join(missing)}")
        return kind(**members)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


@functools.cache
def _members(kind: type) -> list[tuple[str, str, Any, bool]]:
    """Of each member its name in JSON, its name here, its type, and whether it must be there."""
    hints = typing.get_type_hints(kind, vars(models))
    return [(field.metadata.get("name", field.name), field.name, hints[field.name], field.default is dataclasses.MISSING)
            for field in dataclasses.fields(kind)]


def _fit(kind: Any, value: Any) -> int:
    """How well a value fits a form of a union: 0 not at all."""
    origin = typing.get_origin(kind)
    if kind is Any:
        return 1
    if origin in (typing.Union, types.UnionType):
        return max(_fit(form, value) for form in typing.get_args(kind))
    if origin is typing.Literal:
        return 3 if value in typing.get_args(kind) else 0
    if origin is list:
        return 0 if not isinstance(value, list) else 2 if not value else 1 + _fit(typing.get_args(kind)[0], value[0])
    if origin is dict:
        return 1 if isinstance(value, dict) else 0
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            return 0
        members = _members(kind)
        known = {name: of for name, _, of, _ in members}
        if any(required and name not in value for name, _, _, required in members):
            return 0
        if any(name in value and not _fit(of, value[name]) for name, of in known.items()):
            return 0
        # More members that are known, fewer that are not.
        return 10_000 + len(value.keys() & known.keys()) - 100 * len(value.keys() - known.keys())
    if kind is type(None):
        return 2 if value is None else 0
    if kind is float:
        return 2 if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
    return 2 if isinstance(value, kind) and not (kind is int and isinstance(value, bool)) else 0
