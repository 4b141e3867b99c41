"""What every schema of openapi.yaml must say, so that generators make whole types of it and no answer has a field unseen.

Objects name their members and take no others, arrays have items, numbers a format, enumerations a type; where one member tells the
forms of a `oneOf` apart, a discriminator names it. FREE lists the objects that are open by nature, each with the reason.
"""

FREE = {
    "ModelConfiguration": "config.json of any family; unknown keys that matter are refused by the service",
    "SentProvenance": "a member that is sent back and not looked at",
    "NotRead": "a member that is sent back and not looked at",
    "PlanToReplay": "the whole answer of a plan, of which one member is read",
    "QueryAnswer": "Prometheus adds members to its answers (stats, warnings, infos)",
    "QueryAnswer/data": "the same",
    "QueryAnswer/data/result/items": "the same (histograms)",
    "KubernetesObject": "an object by the schema of Kubernetes or of an operator",
    "ConnectorSettings": "settings of a connector of the runtime",
    "WorkloadRow": "a row of a log, under the log's own names",
    "get /openapi.yaml 200 application/yaml": "an OpenAPI document",
}
FORMATS = {"number": "double", "integer": "int64"}


def parts(schema, where):
    """The schema and all inside it, with where each is."""
    if not isinstance(schema, dict):
        return
    yield where, schema
    for name, member in schema.get("properties", {}).items():
        yield from parts(member, f"{where}/{name}")
    for key in ("items", "additionalProperties", "not"):
        yield from parts(schema.get(key), f"{where}/{key}")
    for key in ("oneOf", "anyOf", "allOf"):
        for index, member in enumerate(schema.get(key, [])):
            yield from parts(member, f"{where}/{key}/{index}")


def schemas(document):
    """Every schema of the document, with where it is."""
    components = document["components"]
    for name, schema in components["schemas"].items():
        yield from parts(schema, name)
    for name, parameter in components["parameters"].items():
        yield from parts(parameter["schema"], f"parameter {name}")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            for parameter in operation.get("parameters", []):
                yield from parts(parameter.get("schema"), f"{place} {parameter.get('name')}")
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                yield from parts(content["schema"], f"{place} request {kind}")
            for status, response in operation["responses"].items():
                for kind, content in response.get("content", {}).items():
                    yield from parts(content["schema"], f"{place} {status} {kind}")


def breaches(document):
    """What breaks a rule, as sentences."""
    found, open_ones = [], set()
    components = document["components"]["schemas"]
    for where, schema in schemas(document):
        kinds = schema.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        rest = schema.get("additionalProperties")
        if not schema.keys() & {"type", "oneOf", "anyOf", "allOf", "$ref"}:
            open_ones.add(where)
        if "object" in kinds and rest is not False and not (isinstance(rest, dict) and "properties" not in schema):
            open_ones.add(where)
        if "array" in kinds and "items" not in schema:
            found.append(f"{where}: an array without items")
        for kind, form in FORMATS.items():
            if kind in kinds and "string" not in kinds and schema.get("format") != form:
                found.append(f"{where}: a {kind} without format {form}")
        if schema.keys() & {"enum", "const"} and "type" not in schema:
            found.append(f"{where}: values without a type")
        found += [f"{where}: no discriminator, and {name} tells its forms apart" for name in tells_apart(schema, components)]
    found += [f"{where}: an object that does not say what is in it" for where in sorted(open_ones - FREE.keys())]
    found += [f"{where}: is on the list of open objects, and is none" for where in sorted(FREE.keys() - open_ones)]
    return found


def tells_apart(schema, components):
    """The member with another constant in each form of a `oneOf` that has no discriminator."""
    forms = schema.get("oneOf", [])
    if len(forms) < 2 or "discriminator" in schema:
        return set()
    names = None
    for form in forms:
        form = components[form["$ref"].rsplit("/", 1)[1]] if "$ref" in form else form
        constants = {name for name, member in form.get("properties", {}).items() if "const" in member}
        names = constants if names is None else names & constants
    return names
