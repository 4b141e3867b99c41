"""Renders an overlay: with kubectl's kustomize where it is new enough, and by hand with the few features that the overlays use.

By hand: resources, components, namespace, labels, images, and patches, strategic merges or JSON patches (RFC 6902, `replace` and
`add`). Anything else in a kustomization is refused, so that it is not silently left out.
"""

import copy
import json
import os
import shutil
import subprocess

import yaml

# The lists that Kubernetes merges by a key; all others are replaced
# (the x-kubernetes-patch-merge-key of its API description).
MERGE_KEYS = {"containers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath", "ports": None}
CLUSTER_KINDS = {"Namespace"}


def by_kubectl(folder):
    """None where there is no kubectl with kustomize 4 or later; Debian's own has 2.0, which knows no components."""
    if not shutil.which("kubectl"):
        return None
    version = subprocess.run(["kubectl", "version", "--client", "--output=json"], capture_output=True, text=True).stdout
    if int(json.loads(version).get("kustomizeVersion", "v0").lstrip("v").split(".")[0]) < 4:
        return None
    return list(yaml.safe_load_all(subprocess.run(["kubectl", "kustomize", folder], check=True, stdout=subprocess.PIPE, text=True).stdout))


def by_hand(folder):
    return render(folder, [])


def render(folder, objects):
    with open(os.path.join(folder, "kustomization.yaml")) as file:
        kustomization = yaml.safe_load(file)
    kustomization.pop("apiVersion"), kustomization.pop("kind")
    for path in kustomization.pop("resources", []):
        objects = add(os.path.join(folder, path), objects)
    for path in kustomization.pop("components", []):
        objects = render(os.path.join(folder, path), objects)
    for patch in kustomization.pop("patches", []):
        objects = apply(patch, folder, objects)
    namespace = kustomization.pop("namespace", None)
    for item in objects if namespace else []:
        if item["kind"] not in CLUSTER_KINDS:
            item["metadata"]["namespace"] = namespace
    for labels in kustomization.pop("labels", []):
        assert set(labels) == {"pairs"}, labels
        for item in objects:
            item["metadata"].setdefault("labels", {}).update(labels["pairs"])
    for image in kustomization.pop("images", []):
        for item in objects:
            rename_image(item, image)
    assert not kustomization, f"{folder}: not known by hand: {list(kustomization)}"
    return objects


def add(path, objects):
    if os.path.isdir(path):
        return objects + render(path, [])
    with open(path) as file:
        return objects + list(yaml.safe_load_all(file))


def apply(patch, folder, objects):
    with open(os.path.join(folder, patch["path"])) as file:
        body = yaml.safe_load(file)
    target = patch.get("target") or {"kind": body["kind"], "name": body["metadata"]["name"]}
    matches = [item for item in objects if item["kind"] == target["kind"] and item["metadata"]["name"] == target["name"]]
    assert len(matches) == 1, f"{patch} names {len(matches)} objects"
    changed = json_patch(matches[0], body) if isinstance(body, list) else merge(matches[0], body)
    return [changed if item is matches[0] else item for item in objects]


def json_patch(item, operations):
    item = copy.deepcopy(item)
    for operation in operations:
        assert operation["op"] in ("replace", "add"), operation
        *path, last = operation["path"].strip("/").split("/")
        parent = item
        for step in path:
            parent = parent[int(step) if isinstance(parent, list) else step]
        if isinstance(parent, list) and last == "-":
            parent.append(operation["value"])
        else:
            parent[int(last) if isinstance(parent, list) else last] = operation["value"]
    return item


def merge(old, new):
    """A strategic merge: null removes, lists with a merge key are merged by it, `$patch: replace` as a first element replaces."""
    result = copy.deepcopy(old)
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        elif isinstance(value, list) and value and value[0] == {"$patch": "replace"}:
            result[key] = value[1:]
        elif isinstance(value, list) and isinstance(result.get(key), list) and key in MERGE_KEYS and mergeable(value):
            assert MERGE_KEYS[key], f"by hand, {key} are only replaced"
            result[key] = merge_by_key(result[key], value, MERGE_KEYS[key])
        else:
            result[key] = copy.deepcopy(value)
    return result


def mergeable(value):
    return all(isinstance(element, dict) and ("name" in element or "mountPath" in element) for element in value)


def merge_by_key(old, new, key):
    result = list(old)
    for element in new:
        found = [index for index, other in enumerate(result) if other[key] == element[key]]
        if found:
            result[found[0]] = merge(result[found[0]], element)
        else:
            result.insert(0, copy.deepcopy(element))  # As kustomize: new elements first.
    return result


def rename_image(value, image):
    assert set(image) <= {"name", "newName", "newTag"}, image
    for element in value if isinstance(value, list) else value.values() if isinstance(value, dict) else []:
        rename_image(element, image)
    if isinstance(value, dict) and isinstance(value.get("image"), str) and value["image"].partition(":")[0] == image["name"]:
        value["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"
