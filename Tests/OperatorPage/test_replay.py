"""The Replay tab against the API."""
import json

import pytest
from conftest import settled, wait_until
from test_data import show_trace
from test_page import TRACE


def last_request(page):
    page.evaluate("document.querySelectorAll('#share details').forEach((one) => { one.open = true; })")
    page.click("[data-line=json]")
    return json.loads(page.inner_text("#line"))


def cell(page, row, policy):
    line = page.locator("#replay-table tbody tr", has_text=row).first.inner_text().split("\t")
    return line[1 + page.locator("#replay-table thead th").all_inner_texts().index(policy) - 1]


def expect_answer(page, service):
    answer = service.post("/v1/replay", last_request(page))
    names = {"static": "as it is", "target": "autoscaler", "advice": "advice"}
    for one in answer["policies"]:
        assert cell(page, "Keep every limit", names[one["name"]]) == f"{100 * one['goodput']['fraction']:.1f} %"
        assert cell(page, "Served", names[one["name"]]) == f"{one['completed']:,}"
    return answer


def test_policies_side_by_side(open_page, service):
    page = open_page("#tab=replay")
    answer = expect_answer(page, service)
    assert len(answer["policies"]) == 3 and page.locator("#replay-instances path.series").count() == 3
    best = min((one for one in answer["policies"] if one["goodput"]["fraction"] >= max(other["goodput"]["fraction"] for other in answer["policies"]) - 0.005),
               key=lambda one: one["device_hours"])
    assert page.inner_text("#big") == f"{100 * best['goodput']['fraction']:.1f} %"
    # Every plot reads the same time.
    page.focus("#replay-waiting svg[role=slider]")
    page.keyboard.press("End")
    for plot in ["arrivals", "instances", "tpot"]:
        assert "at " in page.inner_text(f"#replay-{plot} .legend")
    page.uncheck("[name=policy_advice]")
    page.select_option("[name=source]", "constant")
    settled(page)
    assert len(expect_answer(page, service)["policies"]) == 2


def test_a_long_replay_waits_for_the_button_shows_progress_and_can_be_stopped(open_page):
    page = open_page("#tab=replay&source=constant&replay_rate=1200&replay_length=900")
    assert "Press Replay" in page.inner_text("#sentence")
    page.click("#replay")
    wait_until(page, "!document.getElementById('replay-progress').hidden")
    page.click("#replay-stop")
    wait_until(page, "document.getElementById('replay-note').textContent === 'Stopped.'")
    assert page.is_hidden("#replay-answered")


def test_a_plan_is_replayed(open_page, service):
    page = open_page("#tab=plan&rate=2000")
    fleet = service.post("/v1/plan", last_request(page))["deployment"]
    page.click("#plan-replay")
    settled(page)
    request = last_request(page)
    assert request["deployment"]["bundles"] == fleet["bundles"] and request["deployment"]["batch_size"] == fleet["batch_size"]
    assert request["arrivals"]["requests_per_second"] == 2000
    expect_answer(page, service)


def test_replay_opens_with_the_plan_that_stands(open_page, service):
    page = open_page("#tab=plan&rate=2000")
    fleet = service.post("/v1/plan", last_request(page))["deployment"]
    page.click("#tab-replay")
    settled(page)
    assert page.input_value("[name=replay_batch]") == str(fleet["batch_size"])
    assert page.input_value("[name=replay_rate]") == "2000"


def test_a_trace_is_replayed_request_by_request(open_page, service):
    page = open_page("#tab=data")
    show_trace(page)
    page.click("#replay-trace")
    settled(page)
    request = last_request(page)
    rows = TRACE.read_text().splitlines()[1:]
    assert request["trace"]["prefill"] == [int(row.split(",")[1]) for row in rows]
    assert request["trace"]["decode"] == [int(row.split(",")[2]) for row in rows]
    statistics = service.upload("/v1/workload", TRACE.read_bytes(), "text/csv")
    assert request["trace"]["arrival_s"][-1] == pytest.approx(statistics["arrivals"]["duration_s"], abs=1e-3)
    expect_answer(page, service)
    # A link does not hold the file: the page says what to do.
    again = open_page("#" + page.url.split("#", 1)[1])
    assert "Choose a trace" in again.inner_text("#sentence") or "Drop a trace" in again.inner_text("#sentence")


def test_wrong_fields_are_named_in_place(open_page):
    page = open_page("#tab=replay&bundles=0&swing_low=-1")
    assert page.inner_text("#field-bundles-error").startswith("Enter a whole number from 1")
    assert page.inner_text("#field-swing_low-error").startswith("Enter a number from 0")
