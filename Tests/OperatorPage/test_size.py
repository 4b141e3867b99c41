"""The Size tab against the API."""
import gzip
import json
import pathlib

import pytest
from conftest import settled, value, wait_until

HARDWARE = {
    "attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100},
    "communication": {"alpha_us": 0.022, "beta_us": 20, "load": "attention_batch"},
}
BASE = {
    "workload": {"prefill": {"distribution": "fixed", "value": 100}, "decode": {"distribution": "geometric", "mean": 500}},
    "hardware": HARDWARE, "batch_size": 256, "max_ratio": 32,
}


def expect_point(page, point):
    assert page.inner_text("#big") == f"{point['ratio']} : 1"
    assert value(page, "size-figures", "Tokens a second, each") == point["throughput_per_instance"]
    assert value(page, "size-figures", "Time per token") == point["tpot_us"]
    for row, role in enumerate(["attention", "ffn", "communication"]):
        shown = page.locator("#busy .bar").nth(row).inner_text()
        assert f"{100 * (1 - point['idle'][role]):.1f} %" in shown


def test_the_example_is_answered_at_once(open_page, service):
    page = open_page()
    answer = service.post("/v1/size", BASE)
    expect_point(page, answer["recommendation"])
    assert value(page, "size-figures", "Without the wait") == answer["mean_field"]["ratio"]
    assert page.inner_text("#sentence") == (
        "10 Attention instances for each FFN instance; 719 thousand tokens a second from each instance; 8 to 11 lose at most 2.5 %.")


def test_a_change_of_the_form_gives_the_api_s_answer(open_page, service):
    page = open_page()
    page.fill("[name=batch_size]", "128")
    page.fill("[name=microbatches]", "2")
    page.select_option("[name=decode]", "lognormal")
    page.fill("[name=decode_mean]", "211")
    page.fill("[name=decode_stddev]", "163")
    settled(page)
    request = {**BASE, "batch_size": 128, "microbatches": 2}
    request["workload"] = {**BASE["workload"], "decode": {"distribution": "lognormal", "mean": 211, "stddev": 163}}
    answer = service.post("/v1/size", request)
    expect_point(page, answer["recommendation"])
    assert value(page, "size-figures", "Step of a microbatch") == answer["recommendation"]["cycle_us"]


@pytest.mark.parametrize(("batch", "limit"), [(256, 0.2), (256, 0.31), (256, 1), (64, 0.12)])
def test_a_limit_on_the_time_per_token_binds(open_page, service, batch, limit):
    page = open_page(f"#batch_size={batch}&tpot_limit={limit}")
    answer = service.post("/v1/size", {**BASE, "batch_size": batch, "include": ["curve"]})
    within = [point for point in answer["curve"] if point["tpot_us"] <= 1000 * limit]
    if not within:
        assert "No ratio keeps" in page.inner_text("#verdicts") and page.inner_text("#big") == "–"
        return
    expect_point(page, max(within, key=lambda point: point["throughput_per_instance"]))
    binds = answer["recommendation"]["tpot_us"] > 1000 * limit
    assert ("per token binds" if binds else "Keeps the limit") in page.inner_text("#verdicts")


def test_named_hardware_gives_the_api_s_answer_and_its_memory(open_page, service):
    page = open_page()
    page.select_option("[name=hardware]", "names")
    wait_until(page, "document.querySelectorAll('[name=model] option').length > 3")
    settled(page)
    answer = service.post("/v1/size", {
        "workload": BASE["workload"], "batch_size": 256, "max_ratio": 32,
        "hardware": {
            "model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8, "tensor_parallel": 1},
            "ffn": {"device": "h800", "expert_parallel": 32}, "communication": {"link": "scale_out"},
        },
    })
    expect_point(page, answer["recommendation"])
    assert "Fits in memory" in page.inner_text("#verdicts")
    page.fill("[name=expert_parallel]", "1")
    settled(page)
    assert "the FFN’s weights need" in page.inner_text("#field-ffn_device-error")


def test_warnings_of_a_dropped_scrape_stand_below_the_answer(open_page):
    page = open_page("#workload=trace")
    assert page.is_hidden("#warnings")
    page.set_input_files("#file", str(pathlib.Path(__file__).parent.parent / "Fixtures/vllm-scrape.prom"))
    wait_until(page, "document.getElementById('trace-note').textContent.includes('vllm')")
    settled(page)
    page.click("#size-trace")
    settled(page)
    assert page.is_visible("#warnings") and "taken as independent" in page.inner_text("#warnings")
    page.select_option("[name=workload]", "lengths")
    settled(page)
    assert page.is_hidden("#warnings")


def test_simulated_points_are_the_api_s(open_page, service):
    page = open_page()
    with page.expect_request("**/v1/simulate") as sent:
        page.click("#simulate")
    wait_until(page, "document.querySelectorAll('#throughput-plot .dot').length > 3", 60)
    answer = service.post("/v1/simulate", json.loads(sent.value.post_data))
    assert f"{answer['best_ratio']} : 1 is the best" in page.inner_text("#simulation-note")
    assert page.locator("#throughput-plot .dot").count() == len(answer["points"])


def test_a_simulation_can_be_stopped(open_page):
    page = open_page("#prefill_value=101&batch_size=2048&max_ratio=512")
    page.evaluate("document.getElementById('simulate').click(); document.getElementById('stop').click()")
    wait_until(page, "document.getElementById('simulation-note').textContent === 'Stopped.'")


def test_a_dropped_trace_becomes_the_workload(open_page, service, tmp_path):
    rows = [(100 + 7 * k % 900, 1 + 13 * k % 400) for k in range(500)]
    trace = tmp_path / "trace.csv.gz"
    trace.write_bytes(gzip.compress(("prompt_tokens,output_tokens\n" + "".join(f"{p},{d}\n" for p, d in rows)).encode()))
    page = open_page("#workload=trace")
    page.set_input_files("#file", trace)
    wait_until(page, "document.getElementById('trace-note').textContent.includes('500 requests')")
    settled(page)
    page.click("#size-trace")
    settled(page)
    answer = service.post("/v1/size", {
        "workload": {"requests": {"prefill": [p for p, _ in rows], "decode": [d for _, d in rows]}},
        "hardware": HARDWARE, "batch_size": 256, "max_ratio": 32})
    assert abs(value(page, "size-figures", "Tokens in a slot") / answer["workload"]["slot_load_mean"] - 1) < 1e-9
    assert page.inner_text("#big") == f"{answer['recommendation']['ratio']} : 1"


def test_a_dropped_config_becomes_the_model(open_page, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({
        "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "num_hidden_layers": 94, "hidden_size": 4096,
        "num_attention_heads": 64, "num_key_value_heads": 4, "head_dim": 128, "num_experts": 128, "num_experts_per_tok": 8,
        "moe_intermediate_size": 1536, "intermediate_size": 12288, "vocab_size": 151936, "decoder_sparse_step": 1,
        "mlp_only_layers": []}))
    page = open_page("#workload=trace")
    page.set_input_files("#file", config)
    page.select_option("[name=workload]", "lengths")
    wait_until(page, "document.getElementById('config-note').textContent.includes('94 layers')")
    settled(page)
    assert page.is_hidden("#problem"), page.inner_text("#problem")
    assert page.inner_text("#big").split()[0].isdigit()


def test_what_runs_now_is_pinned_by_a_click_and_by_keyboard(open_page, service):
    page = open_page()
    answer = service.post("/v1/size", {**BASE, "include": ["curve"]})
    page.focus("#throughput-plot svg[role=slider]")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    # All plots read the same ratio.
    for plot in ["throughput", "tpot", "idle"]:
        assert "at 4 : 1" in page.inner_text(f"#{plot}-plot .legend")
    assert f"{answer['curve'][3]['throughput_per_instance'] / 1000:.0f}k" in page.inner_text("#throughput-plot .legend")
    page.keyboard.press("Enter")
    settled(page)
    gain = answer["recommendation"]["throughput_per_instance"] / answer["curve"][3]["throughput_per_instance"] - 1
    assert f"You run 4 : 1. Going to 10 : 1 gives {100 * gain:.1f} % more" in page.inner_text("#verdicts")
    assert "now=4" in page.url
    plot = page.locator("#tpot-plot svg[role=slider]")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 0.6, "y": box["height"] / 2})
    settled(page)
    assert "You run 1" in page.inner_text("#verdicts") and "now=4" not in page.url


def test_two_scenarios_are_compared(open_page, service):
    page = open_page()
    page.click("#keep-a")
    page.fill("[name=batch_size]", "64")
    settled(page)
    b = service.post("/v1/size", {**BASE, "batch_size": 64})["recommendation"]
    assert f"A is best at 10 : 1, B (the fields) at {b['ratio']} : 1." in page.inner_text("#verdicts")
    assert "A: with the wait" in page.inner_text("#throughput-plot .legend")
    again = open_page("#" + page.url.split("#", 1)[1])
    assert again.inner_text("#verdicts") == page.inner_text("#verdicts")
    again.click("#drop-a")
    settled(again)
    assert "A is best" not in again.inner_text("#verdicts") and "A:" not in again.inner_text("#throughput-plot .legend")


def test_the_film_strip_follows_the_slider(open_page):
    page = open_page()
    assert page.inner_text("#strip-value") == "10 : 1" and page.locator("#strip rect.wait").count() == 12
    assert "both sides hardly wait" in page.inner_text("#strip-note")
    page.focus("#strip-ratio")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    assert page.locator("#strip rect.wait").count() == 6 and "the FFN waits more" in page.inner_text("#strip-note")
    page.keyboard.press("End")
    assert page.locator("#strip rect.wait").count() == 34 and "Attention waits more" in page.inner_text("#strip-note")


def test_the_drift_map_is_the_api_s(open_page, service):
    page = open_page()
    with page.expect_request("**/v1/size/batch") as sent:
        page.fill("[name=batch_size]", "200")
    wait_until(page, "document.querySelectorAll('#drift-table tbody tr').length === 13")
    settled(page)
    wait_until(page, "document.querySelector('#drift-table thead').textContent.includes(document.getElementById('big').textContent + ' loses')")
    answer = service.post("/v1/size/batch", json.loads(sent.value.post_data))["results"]
    now = int(page.inner_text("#big").split()[0])
    page.evaluate("document.querySelectorAll('#drift-part details').forEach((one) => { one.open = true; })")
    for row, result in zip(page.locator("#drift-table tbody tr").all_inner_texts(), answer):
        throughput = [point["throughput_per_instance"] for point in result["curve"]]
        best = result["curve"][throughput.index(max(throughput))]["ratio"]
        loss = 1 - throughput[now - 1] / max(throughput)
        assert row.split("\t")[1:] == [f"{best} : 1", f"{100 * loss:.1f} %"]
