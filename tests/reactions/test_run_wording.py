"""What steps saw, as people read it."""

import pytest

from reactions.run_wording import seen


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5, 5),
        (["vip", "ping"], "vip, ping"),
        ([], None),
        ({"Birth day": 28, "Birth month": 11}, "Birth day 28, Birth month 11"),
        (None, None),
    ],
)
def test_no_value_is_shown_as_a_program_writes_it(value, shown):
    assert seen(value) == shown
