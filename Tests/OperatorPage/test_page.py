"""What all tabs of the operators' page share: errors, links, keyboard, tokens, weight, looks."""
import json
import os
import pathlib
import statistics
import subprocess
import time
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import settled, wait_until

TABS = ["size", "plan", "replay", "data"]
TRACE = pathlib.Path(__file__).parent.parent / "Fixtures/azure2023-conv-seed.csv"


def fill_data(page):
    """A trace and measurements, for a tab that is empty at first."""
    page.click("#fit-example")
    wait_until(page, "document.querySelectorAll('#fits section').length === 2")
    page.set_input_files("#data-trace", str(TRACE))
    wait_until(page, "document.querySelectorAll('#columns tbody tr').length > 1")


#: Times are held only where somebody says that nothing else runs; they are printed everywhere.
QUIET = os.environ.get("AFD_PAGE_TIMES") == "1"

#: How each tab is made to show all that it has.
FILL = {"data": fill_data}


def test_the_page_and_its_first_answer_are_light_and_quick(open_page, service):
    with urllib.request.urlopen(service.url + "/") as answer:
        weight = len(answer.read())
    assert weight <= 150_000
    page = open_page()
    took = page.evaluate("""() => performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/v1/size'))[0].responseEnd
        - performance.getEntriesByType('navigation')[0].responseEnd""")
    print("bytes of the page", weight, "ms from the page to its first answer", round(took))
    if QUIET:
        assert took < 200


def test_a_wrong_value_is_named_beside_its_field_in_plain_words(open_page):
    page = open_page()
    page.fill("[name=batch_size]", "-3")
    settled(page)
    assert page.inner_text("#field-batch_size-error") == "Enter a whole number from 1 to 10 million."
    assert page.get_attribute("[name=batch_size]", "aria-invalid") == "true"
    problem = page.inner_text("#problem")
    assert "“Requests per instance” needs a look." in problem and "/batch_size" not in problem and "Unprocessable" not in problem
    assert not page.is_visible("#size-answered"), "old figures must not stand beside an error"
    page.click("#problem button")
    assert page.evaluate("document.activeElement.name") == "batch_size"
    page.fill("[name=batch_size]", "256")
    settled(page)
    assert page.is_hidden("#problem") and page.get_attribute("[name=batch_size]", "aria-invalid") is None
    assert page.is_visible("#size-answered")


def test_all_wrong_values_are_named_at_once(open_page):
    page = open_page("#prefill_value=x&attention_alpha=-1&batch_size=0")
    assert page.inner_text("#problem strong").startswith("3 fields need a look")
    assert page.locator(".error:not(:empty)").count() == 3


def test_explanations_open_and_close(open_page):
    page = open_page()
    page.click("#form [data-term=batch]")
    assert "B in the paper" in page.inner_text(".explained")
    page.click("#form [data-term=batch]")
    assert page.locator(".explained").count() == 0


def test_a_shared_link_shows_the_same(open_page):
    first = open_page("#tab=plan")
    first.fill("[name=rate]", "5000")
    settled(first)
    first.click("#tab-size")
    first.fill("[name=batch_size]", "64")
    first.select_option("[name=workload]", "slot_load")
    first.fill("[name=slot_mean]", "1226.5")
    first.fill("#now", "4")
    settled(first)
    second = open_page("#" + first.url.split("#", 1)[1])
    for field in ["#big", "#sentence", "#verdicts", "#size-figures"]:
        assert second.inner_text(field) == first.inner_text(field)
    second.click("#tab-plan")
    assert second.input_value("[name=rate]") == "5000"


def test_lines_to_copy_are_the_request(open_page, service):
    page = open_page()
    page.click("text=The same by curl")
    for name in ["curl", "python"]:
        page.click(f"[data-line={name}]")
        line = page.inner_text("#line")
        shells = [["sh", "-c"]] + ([["zsh", "-c"]] if os.path.exists("/usr/bin/zsh") else []) if name == "curl" else [["python3", "-c"]]
        for shell in shells:
            answer = json.loads(subprocess.run([*shell, line], capture_output=True, check=True, text=True).stdout)
            assert page.inner_text("#big") == f"{answer['recommendation']['ratio']} : 1"
    page.click("[data-line=json]")
    assert service.post("/v1/size", json.loads(page.inner_text("#line")))["recommendation"]["ratio"] == 10
    page.click("[data-line=cli]")
    assert page.inner_text("#line").endswith("| afd-sizer size -")


def test_a_token_is_asked_for_and_stays_in_memory(open_page, guarded):
    url, token = guarded
    page = open_page(url=url)
    assert "asks for a token" in page.inner_text("#problem")
    assert page.evaluate("document.activeElement.id") == "token"
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    settled(page)
    wait_until(page, "document.getElementById('big').textContent === '10 : 1'")
    assert token not in page.url and page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("document.cookie") == "" and page.input_value("#token") == ""
    page.click("text=The same by curl")
    assert "$AFD_TOKEN" in page.inner_text("#line") and token not in page.content()
    page.reload()
    settled(page)
    assert "asks for a token" in page.inner_text("#problem")
    for path in ["/v1/catalog", "/openapi.yaml"]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url + path)
        assert refused.value.code == 401


def test_everything_is_reached_by_keyboard(open_page):
    page = open_page()
    page.focus("#tab-size")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.get_attribute("#tab-plan", "aria-selected") == "true" and "tab=plan" in page.url
    page.keyboard.press("ArrowLeft")
    settled(page)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "batch_size":
            break
    assert {"workload", "prefill", "decode", "hardware", "attention_alpha", "batch_size"} <= set(reached)
    page.keyboard.press("Control+A")
    page.keyboard.type("128")
    settled(page)
    assert page.input_value("[name=batch_size]") == "128" and "batch_size=128" in page.url
    for _ in range(16):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "simulate":
            break
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelectorAll('#throughput-plot .dot').length > 3", 60)


def test_a_change_is_answered_soon(open_page):
    page = open_page()
    took = [page.evaluate("""async (batch) => {
        const input = document.querySelector('[name=batch_size]');
        const figure = () => document.querySelector('#size-figures dd').textContent;
        const seen = figure();
        const start = performance.now();
        input.value = batch;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        while (figure() === seen) await new Promise((next) => setTimeout(next, 1));
        return performance.now() - start;
    }""", 100 + k) for k in range(15)]
    print("change to answer, ms: median", round(statistics.median(took), 1), "largest", round(max(took), 1))
    if QUIET:
        assert statistics.median(took) < 100


@pytest.mark.parametrize("tab", TABS)
def test_on_a_phone_the_answer_is_on_the_first_screen(open_page, tab):
    page = open_page(f"#tab={tab}", viewport={"width": 390, "height": 844})
    FILL.get(tab, lambda page: None)(page)
    page.evaluate("scrollTo(0, 0)")
    bottom = page.evaluate("document.getElementById('sentence').getBoundingClientRect().bottom")
    assert 0 < bottom < 500
    # After a change far down the slim line tells it.
    last = page.locator("#form .field:visible input").last
    if tab != "data":
        last.scroll_into_view_if_needed()
        page.evaluate("scrollBy(0, 400)")
        page.wait_for_timeout(100)
        assert page.is_visible("#brief") and page.inner_text("#big") in page.inner_text("#brief")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1280, 1440])
@pytest.mark.parametrize("tab", TABS)
def test_looks_and_accessibility(open_page, tab, scheme, width):
    page = open_page(f"#tab={tab}", color_scheme=scheme, viewport={"width": width, "height": 900})
    FILL.get(tab, lambda page: None)(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    settled(page)
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "scrolls sideways"
    folder = os.environ.get("AFD_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(pathlib.Path(folder) / f"{tab}-{width}-{scheme}.png"), full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], node["html"], node["failureSummary"]) for one in found for node in one["nodes"]] == []
