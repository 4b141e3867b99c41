"""The Plan tab against the API."""
from conftest import settled, value, wait_until
from test_size import BASE, HARDWARE


#: Those that the page begins with; a wait is of arrivals alone.
OPEN = {"wait_ms": 20}
#: Asked for by plan_tpot.
LIMITS = {"tpot_ms": 0.4, "tpot_percentile": "p99"}


def request(**more):
    return {"workload": BASE["workload"], "hardware": HARDWARE, "max_ratio": 64, "limits": LIMITS, **more}


def test_a_fleet_for_arrivals(open_page, service):
    page = open_page("#tab=plan")
    answer = service.post("/v1/plan", request(arrivals={"requests_per_second": 40000, "dispersion": 1}, limits=OPEN))
    fleet = answer["deployment"]
    assert page.inner_text("#big") == f"{fleet['attention_instances']} : {fleet['ffn_instances']}"
    assert value(page, "plan-figures", "Bundles") == fleet["bundles"]
    assert value(page, "plan-figures", "Largest rate") == answer["service"]["largest_arrival_rate"]
    # Whether to split at all stands on top.
    assert "plit" in page.locator("#verdicts li").first.inner_text()
    # Nobody asked for a limit on the time per token.
    assert "Time per token:" not in page.inner_text("#verdicts")
    page.fill("[name=plan_tpot]", "0.4")
    settled(page)
    assert "0.4" not in page.inner_text("#verdicts") and "400 µs allowed" in page.inner_text("#verdicts")


def test_prefill_instances_and_limits_on_the_first_token(open_page, service):
    page = open_page("#tab=plan&pool=coefficients&ttft_limit=40&bandwidth=100&rate=400&wait_limit=5&plan_tpot=0.3&prefill_value=1000")
    answer = service.post("/v1/plan", {
        **request(arrivals={"requests_per_second": 400, "dispersion": 1}), "workload": {**BASE["workload"], "prefill": 1000},
        "limits": {"tpot_ms": 0.3, "tpot_percentile": "p99", "ttft_ms": 40, "ttft_percentile": "p90", "wait_ms": 5},
        "prefill": {"alpha_us": 5, "beta_us": 2000, "gamma_us": 0.001}, "transfer": {"bandwidth_gb_s": 100, "kv_bytes_per_token": 70000}})
    fleet = answer["deployment"]
    assert page.inner_text("#big") == f"{fleet['prefill_instances']} : {fleet['attention_instances']} : {fleet['ffn_instances']}"
    assert "First token:" in page.inner_text("#verdicts")
    assert page.locator("#plan-times tbody tr").count() == 4


def test_what_requests_get_is_not_cut_on_a_phone(open_page):
    page = open_page("#tab=plan&plan_tpot=0.4&pool=coefficients&ttft_limit=40&rate=400&prefill_value=1000")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("[...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.ariaLabel)") == []


def test_a_steady_demand_and_a_budget(open_page, service):
    page = open_page("#tab=plan&plan_tpot=0.4&target=demand")
    answer = service.post("/v1/plan", request(demand={"requests_per_second": 40000, "headroom": 0.2, "spare_instances": 0}))
    assert value(page, "plan-figures", "Tokens a second") == answer["deployment"]["throughput"]
    page.select_option("[name=target]", "devices")
    page.click("text=What runs now, and what is given")
    page.fill("[name=now_attention]", "40")
    page.fill("[name=now_ffn]", "4")
    settled(page)
    answer = service.post("/v1/plan", request(devices={"total": 64}, current={"attention_instances": 40, "ffn_instances": 4}))
    assert value(page, "plan-figures", "Tokens a second") == answer["deployment"]["throughput"]
    assert answer["advice"]["explanation"] in page.inner_text("#verdicts")
    assert page.locator("#plan-more li").count() == len(answer["shadow_prices"])
    assert page.locator("#pareto-plot path.series").count() == 1


def test_prices_are_told(open_page, service):
    page = open_page("#tab=plan&price_attention=3&price_ffn=4")
    answer = service.post("/v1/plan", request(
        arrivals={"requests_per_second": 40000, "dispersion": 1}, limits=OPEN, prices={"attention_instance": 3, "ffn_instance": 4}))
    assert value(page, "plan-figures", "Price an hour") == answer["deployment"]["cost_per_hour"]


def test_limits_that_no_fleet_keeps_are_said_beside_the_field(open_page):
    page = open_page("#tab=plan&plan_tpot=0.01")
    assert "Cannot be kept" in page.inner_text("#field-plan_tpot-error")
    assert page.is_hidden("#plan-answered")


def test_a_bundle_of_a_plan_is_looked_at_in_size(open_page, service):
    page = open_page("#tab=plan&plan_tpot=0.4&target=devices")
    answer = service.post("/v1/plan", request(devices={"total": 64}))["deployment"]
    page.click("#plan-size")
    settled(page)
    assert page.get_attribute("#tab-size", "aria-selected") == "true"
    assert page.input_value("[name=batch_size]") == str(answer["batch_size"])
    wait_until(page, "document.getElementById('big').textContent.includes(' : 1')")
