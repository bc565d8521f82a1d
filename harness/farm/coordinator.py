"""A labgrid coordinator, as the harness uses it: which places there are, leases of them, their health."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from harness.closing import Closing
from harness.config.farm import LEASE_TIMEOUT_S
from harness.errors import FarmError
from harness.farm.agent_process import AgentProcess
from harness.farm.owner import Owner, read_owner, this_process
from harness.farm.place import FarmPlace, Notes, Remark, now, one_line
from harness.farm.queue import Queue, look_now
from harness.farm.wish import Wish
from harness.setup import LABGRID_VERSION

_OFF_S = 2.0  # until a board's capacitors are empty


@dataclass(frozen=True)
class Stale:
    """A place that somebody holds, and what `release_stale` made of it.

    Attributes:
        why_not: why it was not freed; empty where it was.
    """

    place: FarmPlace
    why_not: str = ""


class Coordinator(Closing):
    """A connection, which gives up what it leased when it is closed or its process ends. Threads may share it.

    Args:
        address: "host:port".
        owner: who leases; this process.

    Raises:
        SetupError: labgrid is not installed.
        FarmError: no coordinator is there, or it is of another version.
    """

    def __init__(self, address: str, owner: Owner | None = None) -> None:
        self.address = address
        self.owner = str(owner or this_process())
        self._losses: dict[str, str] = {}
        self._agent = AgentProcess(address, self.owner, self._losses.__setitem__)
        if _year(self._agent.version) != _year(LABGRID_VERSION):
            self.close()
            raise FarmError(
                f"the coordinator at {address} is labgrid {self._agent.version}, the harness speaks {LABGRID_VERSION}",
                f"run labgrid {LABGRID_VERSION} on all computers of the farm",
            )

    @property
    def is_open(self) -> bool:
        """Whether it was neither closed nor lost for good."""
        return not self._agent.end

    def places(self) -> list[FarmPlace]:
        """All of them, by name.

        Raises:
            FarmError: the coordinator is gone (so for every method).
        """
        return look_now(self._agent).places

    def place(self, name: str) -> FarmPlace:
        """Raises: FarmError: there is none of that name."""
        places = self.places()
        for place in places:
            if place.name == name:
                return place
        names = ", ".join(place.name for place in places) or "none"
        raise FarmError(f"the farm at {self.address} has no place {name}; it has {names}", "correct the name")

    def lease(
        self,
        board: str,
        tags: Mapping[str, str] | None = None,
        timeout_s: float = LEASE_TIMEOUT_S,
        *,
        place: str | None = None,
        avoid: Collection[str] = (),
    ) -> FarmPlace:
        """A healthy place with this board, for this process alone.

        Args:
            tags: further ones that it must have.
            timeout_s: how long to wait where others have them; 0: take what is free.
            place: only this one.
            avoid: names of places that will not do.

        Raises:
            FarmError: there is none, or none became free in time; the message tells of those that exist.
        """
        wish = Wish(board, tags or {}, place or "", frozenset(avoid))
        with Queue(self._agent, wish) as queue:
            leased = queue.wait(timeout_s)
        self._losses.pop(leased.name, None)
        return leased

    def loss(self, name: str) -> str:
        """Why a place that was leased is no longer ours; empty where it is."""
        return self._losses.get(name, "") or self._agent.end

    def release(self, name: str, owner: str | None = None) -> None:
        """Give a place back; nothing happens where `owner` (by default we) does not have it."""
        self._agent.ask("release", name=name, owner=owner or self.owner)

    def release_stale(self, names: Collection[str] | None = None) -> list[Stale]:
        """Free every place, or those of `names`, whose holder was a process of this computer that has ended."""
        held = [place for place in self.places() if place.owner and (names is None or place.name in names)]
        found = [Stale(place, _why_not_stale(place.owner)) for place in held]
        for stale in found:
            if not stale.why_not:
                self.release(stale.place.name, stale.place.owner)
        return found

    def power_cycle(self, name: str) -> None:
        """Cut a board's power, and give it back.

        Raises:
            FarmError: it has no power port, or that does not answer.
        """
        place = self.place(name)
        if place.power is None:
            raise FarmError(f"place {name} has no power port", "give it a NetworkPowerPort called power")
        self._agent.ask("power_cycle", port=place.power.parameters, off_s=0.0 if place.gdb else _OFF_S)

    def quarantine(self, name: str, reason: str) -> None:
        """Have no run take it until it is restored."""
        self._note(name, lambda notes: replace(notes, quarantine=Remark(one_line(reason), now())))
        self._agent.ask("tag", name=name, tags={"health": "quarantined"})

    def restore(self, name: str) -> None:
        """Have runs take it again."""
        self._note(name, lambda notes: replace(notes, quarantine=None))
        self._agent.ask("tag", name=name, tags={"health": "ok"})

    def note_result(self, name: str, outcome: str) -> None:
        """Write down how the last run on it ended, in one word."""
        self._note(name, lambda notes: replace(notes, last=Remark(outcome, now())))

    def add_place(
        self, name: str, board: str, matches: Mapping[str, str], tags: Mapping[str, str] | None = None
    ) -> None:
        """Make a place, healthy and free.

        Args:
            matches: of each resource, by the name that the place gives to it, labgrid's pattern
                "exporter/group/class/name".

        Raises:
            FarmError: there is one of that name, or labgrid does not like a pattern; no place is left then.
        """
        self._agent.ask("add", name=name)
        try:
            for resource, pattern in matches.items():
                self._agent.ask("match", name=name, pattern=pattern, rename=resource)
            self._agent.ask("tag", name=name, tags={**(tags or {}), "board": board, "health": "ok"})
        except FarmError:
            self.remove_place(name)
            raise

    def remove_place(self, name: str) -> None:
        self._agent.ask("remove", name=name)

    def close(self) -> None:
        """Give up every lease; closing twice is harmless."""
        self._agent.close()

    def _note(self, name: str, change: Callable[[Notes], Notes]) -> None:
        self._agent.ask("comment", name=name, comment=str(change(self.place(name).notes)))


def _year(version: str) -> str:
    """labgrid's versions are those of years, and its protocol changes with them."""
    return version.partition(".")[0]


def _why_not_stale(name: str) -> str:
    """Why the holder `name` must not be robbed; empty where its process has ended."""
    owner = read_owner(name)
    if owner is None:
        return f"{name} is no run of the harness: `labgrid-client release --kick` frees it"
    dead = owner.is_dead()
    if dead is None:
        return f"its holder can be seen on {owner.host} only: run `harness farm release --stale` there"
    return "" if dead else f"process {owner.pid} of {owner.user} is running"
