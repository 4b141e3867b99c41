"""The reference of the interface, made of openapi.yaml."""
import json
import os
import subprocess

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from conftest import wait_until


def text_of(service):
    import urllib.request
    with urllib.request.urlopen(service.url + "/openapi.yaml") as answer:
        return answer.read().decode()


def normal(value):
    """Keys as JSON has them."""
    if isinstance(value, dict):
        return {str(key): normal(inner) for key, inner in value.items()}
    return [normal(inner) for inner in value] if isinstance(value, list) else value


def test_its_reader_of_yaml_reads_the_description_as_others_do(service):
    program = ("const { parseYAML } = await import(`file://${process.env.PAGE_MODULES}/yaml.js`);"
               "let text = ''; for await (const part of process.stdin) text += part;"
               "process.stdout.write(JSON.stringify(parseYAML(text)));")
    text = text_of(service)
    found = subprocess.run(["node", "--input-type=module", "-e", program], input=text, capture_output=True, check=True, text=True).stdout
    assert json.loads(found) == normal(yaml.safe_load(text))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_operation_is_shown(open_page, service, width, scheme):
    page = open_page("reference", plain=True, viewport={"width": width, "height": 900}, color_scheme=scheme)
    wait_until(page, "document.querySelectorAll('#operations section').length > 5")
    shown = page.locator("#operations h2").all_inner_texts()
    for path, methods in yaml.safe_load(text_of(service))["paths"].items():
        for method, operation in methods.items():
            assert any(title.startswith(f"{method.upper()} {path} ") for title in shown), (method, path)
    page.click("#size .schema > summary")
    wait_until(page, "document.querySelector('#size .schema').children.length > 1")
    assert "batch_size" in page.inner_text("#size .schema") and "1 to 10000000" in page.inner_text("#size .schema")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if folder := os.environ.get("AFD_SCREENSHOTS"):
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=f"{folder}/reference-{width}-{scheme}.png")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], node["html"], node["failureSummary"]) for one in found for node in one["nodes"][:3]] == []


def test_it_asks_for_a_token_where_one_is_needed(open_page, guarded):
    url, token = guarded
    page = open_page("reference", url=url, plain=True)
    wait_until(page, "!document.getElementById('asks').hidden")
    page.fill("#token", token)
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelectorAll('#operations section').length > 5")
    assert token not in page.url
