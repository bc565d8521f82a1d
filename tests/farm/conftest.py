"""What tests of leases share."""

from __future__ import annotations

import threading

import pytest

from harness.farm import queue
from harness.farm.agent_process import AgentProcess


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set as soon as somebody waits for a place."""
    waits, real_look = threading.Event(), queue.look

    def look(agent: AgentProcess, after: int = 0, wait_s: float = 0.0) -> queue.View:
        if wait_s:
            waits.set()
        return real_look(agent, after, wait_s)

    monkeypatch.setattr(queue, "look", look)
    return waits
