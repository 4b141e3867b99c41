"""Gauges of the last advice."""
import pathlib
import tempfile
import unittest

from afd_sizer import NoAnswer, models
from afd_sizer.watch import Advice, ask, quoted, text


class Planner:
    """In place of a client: gives what it is told to."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def plan(self, request):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def opened(attention, prefill):
    deployment = models.OpenPlanAnswerDeployment.__new__(models.OpenPlanAnswerDeployment)
    deployment.attention_instances, deployment.ffn_instances, deployment.prefill_instances = attention, 2, prefill
    service = models.Service.__new__(models.Service)
    service.headroom = 0.25
    plan = models.OpenPlanAnswer.__new__(models.OpenPlanAnswer)
    plan.deployment, plan.service = deployment, service
    return plan


class WatchTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "plan.json"
        self.file.write_text("{}")

    def test_the_last_plan_is_shown_by_key_and_pool(self):
        advice = {}
        ask(Planner(opened(8, 3), opened(9, None)), {"a": self.file}, advice, now=100.0)
        self.assertIn('afd_sizer_desired_replicas{key="a",pool="attention"} 8\n', text(advice, 100.0, 600))
        self.assertIn('afd_sizer_desired_replicas{key="a",pool="prefill"} 3\n', text(advice, 100.0, 600))
        self.assertIn('afd_sizer_headroom{key="a"} 0.25\n', text(advice, 100.0, 600))

    def test_a_failure_keeps_the_last_and_is_counted_until_it_is_stale(self):
        advice = {}
        planner = Planner(opened(8, None), NoAnswer("gone"), NoAnswer("gone"))
        for now in (100.0, 160.0, 220.0):
            ask(planner, {"a": self.file}, advice, now)
        self.assertIn('pool="attention"} 8\n', text(advice, 700.0, 600))
        self.assertNotIn("pool=", text(advice, 701.0, 600))
        self.assertIn('afd_sizer_advice_failures_total{key="a"} 2\n', text(advice, 701.0, 600))
        self.assertIn('afd_sizer_advice_timestamp_seconds{key="a"} 100.0\n', text(advice, 701.0, 600))

    def test_a_file_that_is_no_json_is_a_failure(self):
        self.file.write_text("{")
        advice = {}
        ask(Planner(), {"a": self.file}, advice, 1.0)
        self.assertEqual(advice, {"a": Advice(failures=1)})

    def test_labels_are_escaped(self):
        self.assertEqual(quoted('a"\\\n'), '"a\\"\\\\\\n"')


if __name__ == "__main__":
    unittest.main()
