"""When a request is sent again; no clock and no network."""
import unittest

from afd_sizer.retries import Retries, seconds


class RetriesTests(unittest.TestCase):
    def test_retry_after_is_kept_to_the_second(self):
        self.assertEqual(Retries().delay(1, 503, "7", chance=lambda: 0.0), 7.0)

    def test_longer_than_the_caller_waits_is_not_waited_for(self):
        self.assertIsNone(Retries(longest_delay=5).delay(1, 429, "6"))

    def test_a_date_counts_from_now(self):
        self.assertEqual(seconds("Thu, 01 Jan 1970 00:01:40 GMT", now=90.0), 10.0)
        self.assertEqual(seconds("Thu, 01 Jan 1970 00:01:40 GMT", now=190.0), 0.0)
        self.assertIsNone(seconds("soon", now=0.0))

    def test_without_it_delays_double_up_to_the_longest(self):
        retries = Retries(tries=9, first_delay=1, longest_delay=5)
        self.assertEqual([retries.delay(n, 503, None, chance=lambda: 1.0) for n in range(1, 6)], [1, 2, 4, 5, 5])

    def test_what_would_be_refused_again_is_not_sent_again(self):
        for status in (400, 401, 404, 413, 422, 500, 501):
            self.assertIsNone(Retries().delay(1, status, "1"), status)

    def test_tries_end(self):
        self.assertIsNotNone(Retries(tries=2).delay(1, None, None))
        self.assertIsNone(Retries(tries=2).delay(2, None, None))


if __name__ == "__main__":
    unittest.main()
