"""How long to wait for an answer: long for a request never seen before, then by what its like took."""

from __future__ import annotations

from harness.link.messages import MessageType

ATTEMPTS = 4
_WAITS = (1 << ATTEMPTS) - 1  # in units of the first one: each attempt waits twice as long as the one before
_TRIES = 32  # one of them gets through where three of four are damaged
_SHORTEST_S = 1.0
_FACTOR = 10.0  # how much longer than the longest seen an answer may take
_COMPUTES = frozenset(
    {MessageType.MODEL_LOAD, MessageType.INFER, MessageType.TIME, MessageType.PROFILE, MessageType.SELF_CHECK}
)
# What follows these on the line disturbs the window that they time. They are sent again late, and at even distances.
QUIET = frozenset({MessageType.TIME, MessageType.PROFILE, MessageType.SELF_CHECK})
_QUIET_FIRST_SHARE = 2  # of the whole time: the first wait takes half of it, the others share the rest
# A device that is still starting drops what it is sent: ask often, for 18 s.
_HELLO_S = 0.03
HELLO_ATTEMPTS = 600


class Patience:
    """Waiting times per type of request.

    Args:
        compute_timeout_s: how long an inference (or load) may take at most before the device counts as dead.

    Attributes:
        hello_attempts: how often HELLO is sent before its device counts as dead.
    """

    def __init__(self, compute_timeout_s: float) -> None:
        self.hello_attempts = HELLO_ATTEMPTS
        self._compute_timeout_s = compute_timeout_s
        self._longest_s: dict[MessageType, float] = {}

    def attempts(self, kind: MessageType) -> int:
        """How often a request is sent before its device counts as dead."""
        return self.hello_attempts if kind is MessageType.HELLO else ATTEMPTS

    def tries(self, kind: MessageType) -> int:
        """How often it is sent in one attempt because the line damages it or its answer, then left alone."""
        return 1 if kind is MessageType.HELLO else _TRIES

    def wait_s(self, kind: MessageType, work: int, attempt: int) -> float:
        """How long attempt 0, 1, … of a request waits. `work`: the number of inferences that the request asks for."""
        if kind is MessageType.HELLO:
            return _HELLO_S
        first_s = self._first_wait_s(kind, work)
        if kind in QUIET:
            return first_s if attempt == 0 else first_s / (ATTEMPTS - 1)
        return first_s * (1 << attempt)

    def observe(self, kind: MessageType, work: int, seconds: float) -> None:
        """Note how long the answer to a request took that was sent once (of others it is not known which was heard:
        P. Karn and C. Partridge, "Improving Round-Trip Time Estimates in Reliable Transport Protocols", 1987)."""
        self._longest_s[kind] = max(self._longest_s.get(kind, 0.0), seconds / work)

    def forget(self) -> None:
        """Start again: another model takes other times."""
        self._longest_s.clear()

    def _first_wait_s(self, kind: MessageType, work: int) -> float:
        waits = _QUIET_FIRST_SHARE if kind in QUIET else _WAITS
        most_s = self._compute_timeout_s / waits * work
        if kind in self._longest_s:
            return min(most_s, max(_SHORTEST_S, _FACTOR * self._longest_s[kind] * work))
        return most_s if kind in _COMPUTES else _SHORTEST_S
