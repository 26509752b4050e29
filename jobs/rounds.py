"""What a worker does again and again, beside the jobs: hand out events, run reactions, send deliveries. Apps register theirs."""

from collections.abc import Callable

Round = Callable[..., int]
ROUNDS: dict[str, Round] = {}
# Seconds for which a worker leaves a kind of round alone that found nothing, where that is longer than for the others.
RESTS: dict[str, float] = {}
# For what only the clock makes due: nobody waits for it at a till.
BY_THE_CLOCK = 5.0


def does(what: str, *, rest: float = 0.0):
    """Register a function that does some of what is due and returns how much; 0 when there was nothing.

    It takes `at=` and makes its own transactions. Any number of workers may call it at once, and any of them may die in it
    at any moment: what is due then is due still.
    """

    def register(function: Round) -> Round:
        ROUNDS[what] = function
        RESTS[what] = rest
        return function

    return register
