"""JSON to dataclasses and back."""
import json
import unittest

from afd_sizer import models
from afd_sizer._values import from_json, to_json

SIZE = {"workload": {"prefill": {"distribution": "lognormal", "mean": 1155, "stddev": 1109}, "decode": 211}, "batch_size": 128,
        "hardware": {"attention": {"samples": [{"load": 1, "latency_us": 2}, {"load": 2, "latency_us": 3}]},
                     "ffn": {"alpha_us": 0.083, "beta_us": 100}}, "include": ["curve"]}


class ValuesTests(unittest.TestCase):
    def test_a_request_comes_back_the_same(self):
        made = from_json(models.SizeRequest, SIZE)
        self.assertIsInstance(made.workload, models.WorkloadLengths)
        self.assertIsInstance(made.workload.prefill, models.LognormalLength)
        self.assertIsInstance(made.hardware.attention, models.MeasuredLatency)
        self.assertEqual(to_json(made), SIZE)

    def test_forms_are_told_apart_by_their_constant(self):
        for policy, kind in {"static": models.ReplayStatic, "oracle": models.ReplayOracle, "advice": models.ReplayAdvice}.items():
            self.assertIsInstance(from_json(models.ReplayPolicy, {"policy": policy}), kind)

    def test_a_member_of_a_newer_service_is_passed_over(self):
        made = from_json(models.Warning, {"code": "a", "detail": "b", "pointer": "", "severity": 3})
        self.assertEqual(made, models.Warning(code="a", detail="b", pointer=""))

    def test_null_stays_where_it_must_be(self):
        made = from_json(models.Interval, None)
        self.assertIsNone(made)
        times = from_json(models.ServiceTimes, {"mean": None, "p50": 1, "p90": 1, "p95": 1, "p99": 1})
        self.assertEqual(json.dumps(to_json(times))[:14], '{"mean": null,')

    def test_a_word_that_python_keeps_for_itself(self):
        made = from_json(models.WorkloadStatisticsReadColumnsItem, {"name": "x", "as": "prefill"})
        self.assertEqual(made.as_, "prefill")
        self.assertEqual(to_json(made), {"name": "x", "as": "prefill"})

    def test_what_must_be_there_and_is_not_is_named(self):
        with self.assertRaisesRegex(ValueError, "Warning has no pointer"):
            from_json(models.Warning, {"code": "a", "detail": "b"})


if __name__ == "__main__":
    unittest.main()
