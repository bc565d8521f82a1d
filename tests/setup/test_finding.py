from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.setup.finding import State, at_least, version_numbers

numbers = st.lists(st.integers(0, 10**6), min_size=1, max_size=5)


@given(numbers, st.sampled_from(["", "+ds", "rc1", "~bpo12", "-1", ".post"]))
def test_version_numbers_stop_at_the_first_that_is_not_one(parts: list[int], suffix: str) -> None:
    assert version_numbers(".".join(map(str, parts)) + suffix) == tuple(parts)


def test_text_has_no_version_numbers() -> None:
    assert version_numbers("unknown") == ()


@given(numbers, numbers)
def test_older_by_number_not_by_text(version: list[int], minimum: list[int]) -> None:
    finding = at_least(".".join(map(str, version)), tuple(minimum))
    assert (finding.state is State.FOUND) == (version >= minimum)
