"""The Data tab against the API."""
import json
import pathlib

from conftest import settled, value, wait_until
from test_page import TRACE
from test_size import BASE, HARDWARE


def choose(page, path):
    """As a person chooses a file, the same again too."""
    with page.expect_file_chooser() as chooser:
        page.click("#data-trace")
    chooser.value.set_files(str(path))


def show_trace(page, path=TRACE):
    choose(page, path)
    wait_until(page, f"document.getElementById('big-unit').textContent.includes({json.dumps(pathlib.Path(path).name)})", 60)
    settled(page)


def test_a_trace_is_told_with_intervals_columns_and_what_was_left_out(open_page, service, tmp_path):
    page = open_page("#tab=data")
    assert "Drop a trace" in page.inner_text("#sentence")
    show_trace(page)
    answer = service.upload("/v1/workload", TRACE.read_bytes(), "text/csv")
    assert page.inner_text("#big") == f"{answer['requests']:,}"
    assert value(page, "data-figures", "Tokens in a slot, mean") == answer["slot_load_mean"]["value"]
    assert value(page, "data-figures", "Requests a second") == answer["arrivals"]["requests_per_second"]
    low, high = answer["slot_load_mean"]["interval"]
    assert f"({low:,.0f} to {high:,.0f})" in page.inner_text("#data-figures")
    for column in answer["read"]["columns"]:
        assert column["name"] in page.inner_text("#columns")
    assert page.locator("#lengths-plot path.series").count() == 2 and page.locator("#arrivals-plot path.series").count() == 1
    bad = tmp_path / "bad.csv"
    bad.write_text("prompt_tokens,output_tokens\n100,20\nx,30\n200,40\n300,50\n")
    show_trace(page, bad)
    assert "1 of 4 rows are left out: a length is not a number" in page.inner_text("#verdicts")


def test_a_file_that_is_no_trace_is_refused_in_words(open_page, tmp_path):
    page = open_page("#tab=data")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("374,44\n396,109\n")
    page.set_input_files("#data-trace", wrong)
    wait_until(page, "!document.getElementById('problem').hidden")
    assert "wrong.csv could not be read." in page.inner_text("#problem") and "header is missing" in page.inner_text("#problem")
    page.click("text=Columns, where they are not found")
    page.fill("#prefill-column", "1")
    page.fill("#decode-column", "2")
    show_trace(page, wrong)
    assert page.is_hidden("#problem") and page.inner_text("#big") == "2"


def test_a_file_may_be_dropped_anywhere(open_page):
    page = open_page()
    page.evaluate("""(text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'dropped.csv'));
        document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    }""", TRACE.read_text())
    wait_until(page, "document.getElementById('big-unit').textContent.includes('dropped.csv')")
    assert page.evaluate("[...document.querySelectorAll('.file input')].map((input) => input.files[0].name)") == ["dropped.csv"] * 2
    assert page.get_attribute("#tab-data", "aria-selected") == "true"


def test_a_large_trace_is_sent_with_progress_and_can_be_stopped(open_page, tmp_path):
    large = tmp_path / "large.csv"
    row = "2023-11-16 18:15:46.6805900,374,44\n" * 20000
    with open(large, "w") as file:
        file.write("TIMESTAMP,ContextTokens,GeneratedTokens\n")
        for _ in range(20):
            file.write(row)
    page = open_page("#tab=data")
    page.evaluate("""() => {
        window.longest = 0;
        let last = performance.now();
        const beat = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(beat); };
        requestAnimationFrame(beat);
    }""")
    page.set_input_files("#data-trace", large)
    wait_until(page, "!document.getElementById('upload').hidden")
    wait_until(page, "document.getElementById('upload').hidden", 120)
    assert page.inner_text("#big") == "400,000"
    print("longest pause of the page while 400,000 rows are read, ms:", round(page.evaluate("window.longest")))
    choose(page, large)
    wait_until(page, "!document.getElementById('upload').hidden")
    page.click("#upload-stop")
    wait_until(page, "document.getElementById('upload').hidden")


def test_a_trace_is_handed_on_to_size_and_plan(open_page, service):
    page = open_page("#tab=data")
    show_trace(page)
    statistics = service.upload("/v1/workload", TRACE.read_bytes(), "text/csv")
    page.click("#size-trace")
    settled(page)
    answer = service.post("/v1/size", {"workload": statistics, "hardware": HARDWARE, "batch_size": 256, "max_ratio": 32})
    assert page.inner_text("#big") == f"{answer['recommendation']['ratio']} : 1"
    low, high = answer["uncertainty"]["ratio_interval"]
    assert (f"the ratio is {low} (95 %)" if low == high else f"from {low} to {high} (95 %)") in page.inner_text("#verdicts")
    page.click("#tab-data")
    page.click("#plan-trace")
    settled(page)
    assert page.get_attribute("#tab-plan", "aria-selected") == "true"
    assert abs(float(page.input_value("[name=rate]")) / statistics["arrivals"]["requests_per_second"] - 1) < 1e-3
    assert page.input_value("[name=target]") == "arrivals" and page.input_value("[name=workload]") == "trace"


def test_measurements_are_fitted_and_handed_on(open_page, service):
    page = open_page("#tab=data")
    page.click("#fit-example")
    wait_until(page, "document.querySelectorAll('#fits section').length === 2")
    fits = service.upload("/v1/calibrate", page.input_value("#samples").encode(), "text/csv")
    shown = page.evaluate("[...document.querySelectorAll('#fits dd')].map((one) => one.dataset.value)")
    assert float(shown[0]) == fits["attention"]["beta_us"]["value"] and float(shown[1]) == fits["attention"]["alpha_us"]["value"]
    assert float(shown[4]) == fits["ffn"]["beta_us"]["value"]
    # The outlier is marked, and a click takes it out of what is pasted.
    assert page.locator("#fits .dot.out").count() == 1 == len(fits["ffn"]["outliers"])
    page.locator("#fits .dot.out").click(force=True)
    wait_until(page, "document.querySelectorAll('#fits .dot.out').length === 0")
    assert "1536" not in page.input_value("#samples") and page.input_value("#samples").count("\n") == 9
    page.click("#use-fit")
    settled(page)
    assert page.input_value("[name=hardware]") == "measured"
    fits = service.upload("/v1/calibrate", page.input_value("#samples").encode(), "text/csv")
    answer = service.post("/v1/size", {
        "workload": BASE["workload"], "hardware": {stage: fits[stage] for stage in ["attention", "ffn"]}, "batch_size": 256, "max_ratio": 32})
    assert value(page, "size-figures", "Tokens a second, each") == answer["recommendation"]["throughput_per_instance"]


def test_wrong_measurements_are_refused_in_words(open_page):
    page = open_page("#tab=data")
    page.fill("#samples", "stage,load,latency\nffn,1,2\nffn,2,3\n")
    page.click("#fit")
    wait_until(page, "!document.getElementById('problem').hidden")
    assert "has no unit" in page.inner_text("#problem")
