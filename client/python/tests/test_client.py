"""The clients against a server of this test that answers what it is told to, and against the service where there is one."""
import asyncio
import http.server
import json
import os
import shutil
import threading
import unittest

from afd_sizer import AsyncClient, Client, NoAnswer, Refused, Retries, Service, models

BASE = {"workload": {"prefill": 100, "decode": 500}, "batch_size": 256, "hardware": {
    "attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100},
    "communication": {"alpha_us": 0.022, "beta_us": 20}}}


class Told(http.server.BaseHTTPRequestHandler):
    """Answers from a list: (status, headers, body)."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class ClientTests(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Told)
        self.server.seen, self.server.answers = [], []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_a_busy_service_is_asked_again_when_it_says(self):
        busy = json.dumps({"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "busy"}).encode()
        self.server.answers = [(503, {"Retry-After": "0"}, busy), (429, {"Retry-After": "0"}, busy), (200, {}, b"up 1\n")]
        with Client(self.url) as client:
            self.assertEqual(client.metrics(), "up 1\n")
        self.assertEqual(len(self.server.seen), 3)

    def test_one_that_asks_for_too_long_is_not(self):
        busy = json.dumps({"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "later"}).encode()
        self.server.answers = [(429, {"Retry-After": "900", "X-Request-Id": "abc"}, busy)]
        with Client(self.url) as client, self.assertRaises(Refused) as caught:
            client.metrics()
        self.assertEqual((caught.exception.status, caught.exception.request_id), (429, "abc"))

    def test_an_answer_of_a_proxy_is_told_as_it_is(self):
        self.server.answers = [(403, {}, b"<html>no</html>")]
        with Client(self.url) as client, self.assertRaisesRegex(Refused, "403 Forbidden: <html>no"):
            client.catalog()

    def test_token_and_prefix_of_the_path(self):
        self.server.answers = [(200, {}, b"x")]
        with Client(self.url + "/sizer/", token="secret") as client:
            client.metrics()
        path, headers = self.server.seen[0]
        self.assertEqual((path, headers["Authorization"]), ("/sizer/metrics", "Bearer secret"))

    def test_nobody_there(self):
        with Client("http://127.0.0.1:9", retries=Retries(tries=2, first_delay=0)) as client, self.assertRaises(NoAnswer):
            client.catalog()


@unittest.skipUnless(os.environ.get("AFD_SIZER_BINARY") or shutil.which("afd-sizer"), "no afd-sizer program")
class LiveTests(unittest.TestCase):
    def test_every_operation(self):
        with Service() as service, Client(service.url) as client:
            self.assertTrue(client.is_ready())
            self.assertEqual(client.size(BASE).recommendation.ratio, 10)
            request = models.SizeRequest(
                workload=models.WorkloadLengths(prefill=100, decode=500), batch_size=256,
                hardware=models.HardwareCoefficients(
                    attention=models.StageLine(alpha_us=0.00165, beta_us=50), ffn=models.StageLine(alpha_us=0.083, beta_us=100),
                    communication=models.CommunicationLine(alpha_us=0.022, beta_us=20)))
            self.assertEqual(client.size(request).recommendation.ratio, 10)
            good, bad = client.size_batch([BASE, {"workload": {}}])
            self.assertIsInstance(good, models.SizeAnswer)
            self.assertIsInstance(bad, models.Problem)
            self.assertEqual(client.simulate(BASE, ratios=[8], requests_per_instance=200).points[0].ratio, 8)
            plan = client.plan(workload=BASE["workload"], hardware=BASE["hardware"], demand={"requests_per_second": 1000}, max_ratio=32)
            self.assertIsInstance(plan, models.PlanAnswer)
            opened = client.plan(workload=BASE["workload"], hardware=BASE["hardware"], arrivals={"requests_per_second": 1000}, max_ratio=32)
            self.assertIsInstance(opened, models.OpenPlanAnswer)
            replay = client.replay(
                hardware=BASE["hardware"], deployment={"bundles": 1, "bundle": {"attention_instances": 8}, "batch_size": 16},
                trace={"arrival_s": [0, 0.4], "prefill": [900, 1200], "decode": [21, 8]})
            self.assertEqual(replay.completed, 2)
            exported = client.export_plan("vllm", workload=BASE["workload"], hardware=BASE["hardware"], max_ratio=16)
            self.assertEqual(exported.launches[0].additional_config.afd.num_attention_ranks, exported.ranks.attention)
            load = client.workload("prefill,decode\n374,44\n396,109\n", prefill_column="prefill", decode_column="decode")
            self.assertEqual(load.requests, 2)
            self.assertGreater(client.size(BASE, workload=load).recommendation.ratio, 0)
            fitted = client.calibrate(ffn={"samples": [{"load": n, "latency_us": 100 + n} for n in (1, 2, 3)]})
            self.assertAlmostEqual(fitted.ffn.alpha_us.value, 1)
            self.assertIn("h20", [device.id for device in client.catalog().devices])
            self.assertEqual(client.device("h20").id, "h20")
            model = client.model("deepseek-v3", kv="fp8")
            self.assertEqual(model.precision.kv, "fp8")
            self.assertEqual(client.read_model(model.config).total_parameters, model.total_parameters)
            self.assertIn("http_requests_total", client.metrics())
            with self.assertRaises(Refused) as caught:
                client.size(BASE, batch_size=0)
            self.assertEqual(caught.exception.problem.errors[0].pointer, "/batch_size")

    def test_awaited(self):
        async def both(url):
            async with AsyncClient(url) as client:
                one, two = await asyncio.gather(client.size(BASE), client.plan(
                    workload=BASE["workload"], hardware=BASE["hardware"], max_ratio=16))
                return one.recommendation.ratio, two.deployment.ratio

        with Service() as service:
            self.assertEqual(asyncio.run(both(service.url))[0], 10)


if __name__ == "__main__":
    unittest.main()
