"""What can go wrong between a caller and the service."""
from __future__ import annotations

from .models import Problem


class AFDSizerError(Exception):
    """Any of these."""


class NoAnswer(AFDSizerError):
    """The service was not reached, or broke off, at the last try."""


class Refused(AFDSizerError):
    """The service answered with a problem document (RFC 9457)."""

    def __init__(self, status: int, problem: Problem, request_id: str | None):
        self.status = status
        self.problem = problem
        # To name where the service's log is searched.
        self.request_id = request_id
        lines = [f"{status} {problem.title}: {problem.detail}"]
        lines += [f"  {error.pointer or '/'} {error.detail}" for error in problem.errors or []]
        super().__init__("\n".join(lines))
