"""What is shown while a run goes on."""

from __future__ import annotations

import pytest


def test_what_the_harness_logs_is_shown_past_the_capturing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import logging

        def test_compiling():
            logging.getLogger("harness.build").warning("compiling for %s", "minutes")
        """
    )
    result = pytester.runpytest_subprocess("--board=native")
    result.assert_outcomes(passed=1)
    result.stderr.fnmatch_lines(["tinyhil: compiling for minutes"])
