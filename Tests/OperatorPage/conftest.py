"""A headless Chromium and a running service for the tests of the operators' page.

BASE_URL names a service that runs already (script/check/page starts one), AFD_SIZER_BINARY the binary for services with other settings;
CHROMIUM names the browser.
"""
import json
import os
import re
import subprocess
import time
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

URL = os.environ.get("BASE_URL", "http://127.0.0.1:8080")


class Service:
    """What the page is compared with: the API itself."""

    url = URL

    def post(self, path, body):
        request = urllib.request.Request(
            URL + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def upload(self, path, body, content_type):
        request = urllib.request.Request(URL + path, body, {"Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def service():
    return Service()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens the page in a context of its own; fails on console errors and on requests to other hosts."""
    contexts, complaints = [], []

    def open_page(fragment="", url=URL, plain=False, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning")
                and "status of 4" not in message.text and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith((url, "data:"))
                or complaints.append("request to " + request.url))
        page.goto(url + "/" + fragment)
        if not plain:
            settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def guarded(tmp_path):
    """A service that asks for a token: its address and the token."""
    if "AFD_SIZER_BINARY" not in os.environ:
        pytest.skip("AFD_SIZER_BINARY is not set")
    (tmp_path / "tokens").write_text("only-for-this-test\n")
    process = subprocess.Popen(
        [os.environ["AFD_SIZER_BINARY"], "serve", "--host", "127.0.0.1", "--port", "0", "--access-log", "false",
         "--token-file", str(tmp_path / "tokens")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield re.search(r"http:\S+", process.stdout.readline()).group(), "only-for-this-test"
    process.terminate()
    process.wait(timeout=20)


def wait_until(page, expression, seconds=30):
    """Polls from outside: the page's own policy allows no evaluation inside it."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, "still false: " + expression
        time.sleep(0.02)


def settled(page):
    """Waits until the latest change has been answered and drawn. (Changes are collected for 20 ms.)"""
    page.wait_for_timeout(20)
    wait_until(page, "document.body.dataset.answered === document.body.dataset.latest", 60)


def value(page, figures, title):
    """The exact value behind a figure, by the beginning of its title."""
    return float(page.evaluate(
        f"[...document.querySelectorAll('#{figures} div')].find((one) => one.textContent.startsWith({json.dumps(title)}))"
        ".querySelector('dd').dataset.value"))
