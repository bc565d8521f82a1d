"""The harness's end of labgrid: a program that runs in labgrid's environment, with nothing of the harness in it.

`agent.py ADDRESS OWNER` speaks to the coordinator at ADDRESS as OWNER, "host/name". Requests come on stdin as lines of
JSON, `{"id": 1, "do": "acquire", "name": "rack1-3"}`; what comes of each is a line on stdout, in any order:
`{"id": 1, "result": …}` or `{"id": 1, "error": "…"}`. Lines without an id are news: `{"ready": version}` or
`{"refused": why}` first, `{"lost": place, "why": …}` of a place that was held, `{"gone": why}` last where the
coordinator went and did not come back.

When stdin ends, or on SIGTERM, it gives up what it holds and ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from labgrid import Target
from labgrid.driver.powerdriver import NetworkPowerDriver
from labgrid.remote.client import ClientSession, ServerError
from labgrid.remote.generated import labgrid_coordinator_pb2 as messages
from labgrid.resource.power import NetworkPowerPort

CONNECT_TIMEOUT_S = 10.0
RETURN_TIMEOUT_S = 60.0  # how long a coordinator, or an exporter behind it, may take to come back
RETRY_S = 0.25
REFRESH_S = 20.0  # a reservation that nobody asks about is forgotten after 60 s
FINISH_TIMEOUT_S = 15.0  # a request to an exporter may take the coordinator 10 s
HEAD_START_S = 5.0  # of who had a place before the coordinator restarted, over who waits for it

Path = tuple[str, str, str, str]  # exporter, group, class, name
LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN)  # codes of calls that nobody answered
NEWS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # a power port's driver, or what it starts, may print


class RefusedError(Exception):
    """What was asked cannot be done; the text says why."""


class BrokenOffError(Exception):
    """The connection was closed under a call."""


CALL_ERRORS = (grpc.aio.AioRpcError, grpc.aio.UsageError, BrokenOffError)  # the second: it was closed before


class Session(ClientSession):  # type: ignore[misc]  # labgrid has no types
    """labgrid's copy of what the coordinator knows, which tells `changed` of every change."""

    owner = ""
    changed: Callable[[], None] = staticmethod(lambda: None)

    def gethostname(self) -> str:
        return self.owner.partition("/")[0]

    def getuser(self) -> str:
        return self.owner.partition("/")[2]

    async def sync_with_coordinator(self) -> bool:
        """labgrid's own waits for ever where the connection is lost already."""
        return not self.stopping.is_set() and bool(await super().sync_with_coordinator())

    async def on_resource_changed(self, *news: Any) -> None:
        await super().on_resource_changed(*news)
        self.changed()

    async def on_place_changed(self, *news: Any) -> None:
        await super().on_place_changed(*news)
        self.changed()

    async def on_place_deleted(self, *news: Any) -> None:
        await super().on_place_deleted(*news)
        self.changed()

    def resources_of(self, place: Any) -> dict[Path, Any]:
        """Those that match the place and are exported now."""
        entries = {
            (exporter, group, entry.cls, name): entry
            for exporter, groups in self.resources.items()
            for group, entries in groups.items()
            for name, entry in entries.items()
            if "cls" in entry.data  # of one that is gone nothing is left
        }
        return {path: entry for path, entry in entries.items() if place.hasmatch(path)}


async def connect(address: str, owner: str, changed: Callable[[], None]) -> tuple[Session, str]:
    """A session, and the coordinator's version."""
    session = Session(address, asyncio.get_running_loop())
    session.owner, session.changed = owner, changed
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            version = await coordinator_version(session)
            await session.start()
    except (grpc.aio.AioRpcError, ServerError, TimeoutError) as error:
        await session.close()
        raise RefusedError(reason(error)) from None
    return session, version


async def coordinator_version(session: Session) -> str:
    """It tells exporters its version, not clients: ask as one that never introduces itself."""

    async def silence() -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield

    call = session.stub.ExporterStream(silence())
    try:
        hello = await call.read()
        return str(hello.hello.version)
    finally:
        call.cancel()


async def unless_broken_off(call: Awaitable[Any]) -> Any:
    """What a call gives. gRPC cancels it where its connection is closed, as if somebody had cancelled this task.

    Raises:
        BrokenOffError: that.
    """
    try:
        return await call
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise BrokenOffError("the connection was closed") from None


def reason(error: BaseException) -> str:
    if isinstance(error, grpc.aio.AioRpcError):
        return str(error.details()).rpartition("last error: ")[2]
    return str(error) or "it does not answer"


class Agent:
    """Serves requests, and keeps what it holds over a coordinator's restart."""

    def __init__(self, address: str, owner: str) -> None:
        self._address = address
        self._owner = owner
        self._session: Session
        self._connected = asyncio.Event()
        self._news = asyncio.Event()  # replaced with every change
        self._revision = 0
        self._former: set[str] = set()  # places that others had before the coordinator went
        self._held: dict[str, set[Path]] = {}  # with what was exported of each when it was acquired
        self._returning: dict[str, set[Path]] = {}  # held before the coordinator went
        self._acquisitions: set[asyncio.Future[Any]] = set()
        self._tokens: set[str] = set()
        self._work: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        try:
            self._session, version = await connect(self._address, self._owner, self._note_change)
        except RefusedError as refusal:
            say(refused=str(refusal))
            return
        self._connected.set()
        say(ready=version)
        tasks = [asyncio.create_task(task) for task in (self._serve(), self._guard(), self._refresh(), ended.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await self._finish()

    # Requests

    async def _serve(self) -> None:
        """Until stdin ends."""
        reader = asyncio.StreamReader(limit=1 << 20)
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await reader.readline():
            self._start(self._answer(json.loads(line)))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _answer(self, request: dict[str, Any]) -> None:
        number, name = request.pop("id"), request.pop("do")
        try:
            say(id=number, result=await self._done(getattr(self, f"do_{name}"), request))
        except Exception as error:  # whatever it is: somebody waits for an answer
            say(id=number, error=reason(error))

    async def _done(self, action: Callable[..., Awaitable[Any]], about: dict[str, Any]) -> Any:
        """What comes of it; asked again where the coordinator goes before it answers, and comes back."""
        while True:
            async with asyncio.timeout(RETURN_TIMEOUT_S):
                await self._connected.wait()
            session = self._session
            try:
                return await unless_broken_off(action(**about))
            except CALL_ERRORS as error:
                if isinstance(error, grpc.aio.AioRpcError) and error.code() not in LOST:
                    raise
                await asyncio.sleep(RETRY_S)  # until it is noticed that the coordinator went
                if session is self._session and not session.stopping.is_set():
                    raise

    async def do_places(self, after: int, wait_s: float) -> dict[str, Any]:
        """All places, as soon as more has changed than `after` revisions, or when the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while self._revision <= after:
                    await self._news.wait()
        return {
            "revision": self._revision,
            "places": [self._describe(place) for place in self._session.places.values()],
            "tokens": list(self._tokens),
        }

    async def do_reserve(self, tags: dict[str, str]) -> str:
        await self._let_return(tags["name"])
        filters = {"main": messages.Reservation.Filter(filter=tags)}
        answer = await self._session.stub.CreateReservation(
            messages.CreateReservationRequest(filters=filters, prio=0.0)
        )
        self._tokens.add(answer.reservation.token)
        await self._session.sync_with_coordinator()  # whether it is granted at once is known then
        return str(answer.reservation.token)

    async def do_cancel(self, token: str) -> None:
        self._tokens.discard(token)
        await self._session.stub.CancelReservation(messages.CancelReservationRequest(token=token))

    async def do_acquire(self, name: str) -> None:
        await self._acquire(name)
        self._held[name] = set(self._session.resources_of(self._session.places[name]))

    async def do_release(self, name: str, owner: str) -> None:
        """Only where `owner` has it."""
        if owner == self._owner:
            self._held.pop(name, None)
            self._returning.pop(name, None)
        await self._session.stub.ReleasePlace(messages.ReleasePlaceRequest(placename=name, fromuser=owner))

    async def do_tag(self, name: str, tags: dict[str, str]) -> None:
        await self._session.stub.SetPlaceTags(messages.SetPlaceTagsRequest(placename=name, tags=tags))

    async def do_comment(self, name: str, comment: str) -> None:
        await self._session.stub.SetPlaceComment(messages.SetPlaceCommentRequest(placename=name, comment=comment))

    async def do_add(self, name: str) -> None:
        await self._session.stub.AddPlace(messages.AddPlaceRequest(name=name))

    async def do_match(self, name: str, pattern: str, rename: str) -> None:
        request = messages.AddPlaceMatchRequest(placename=name, pattern=pattern, rename=rename)
        await self._session.stub.AddPlaceMatch(request)

    async def do_remove(self, name: str) -> None:
        await self._session.stub.DeletePlace(messages.DeletePlaceRequest(name=name))

    async def do_sync(self) -> None:
        """All that has happened until now has come as news."""
        await self._session.sync_with_coordinator()

    async def do_power_cycle(self, port: dict[str, Any], off_s: float) -> None:
        """Through labgrid's own driver; `port`: what NetworkPowerPort takes."""
        await asyncio.to_thread(power_cycle, port, off_s)

    def _describe(self, place: Any) -> dict[str, Any]:
        paths = self._session.resources_of(place)
        return {
            "name": place.name,
            "tags": place.tags,
            "comment": place.comment,
            "owner": place.acquired or "",
            "reservation": place.reservation or "",
            "changed_s": place.changed,
            "resources": [
                {
                    "name": place.getmatch(path).rename or path[3],
                    "kind": path[2],
                    "exporter": path[0],
                    "alive": entry.avail,
                    "parameters": {name: value for name, value in entry.params.items() if name != "extra"},
                }
                for path, entry in sorted(paths.items())
            ],
            "missing": [repr(match) for match in place.matches if not any(match.ismatch(path) for path in paths)],
        }

    # What is held

    def _note_change(self) -> None:
        self._revision += 1
        self._news.set()
        self._news = asyncio.Event()
        for name in list(self._held) if self._connected.is_set() else ():
            if why := self._loss(name, self._held[name]):
                self._lose(name, why)

    def _loss(self, name: str, paths: set[Path]) -> str:
        """Why a place of which `paths` were exported is lost; empty where it is not."""
        place = self._session.places.get(name)
        if place is None:
            return "it was removed from the farm"
        if place.acquired and place.acquired != self._owner:
            return f"{place.acquired} has it now"
        if gone := paths - self._present(place):
            return f"its exporter no longer has {', '.join(path[3] for path in sorted(gone))}"
        return "" if place.acquired else "somebody released it"

    def _present(self, place: Any) -> set[Path]:
        return {path for path, entry in self._session.resources_of(place).items() if entry.avail}

    def _lose(self, name: str, why: str) -> None:
        self._held.pop(name, None)
        say(lost=name, why=why)
        self._start(self._answerless(self.do_release(name, self._owner)))

    async def _answerless(self, request: Awaitable[Any]) -> None:
        with contextlib.suppress(*CALL_ERRORS):
            await unless_broken_off(request)

    async def _acquire(self, name: str) -> None:
        """A request that is broken off may leave the place acquired: `_finish` waits for it."""
        acquisition = asyncio.ensure_future(
            self._session.stub.AcquirePlace(messages.AcquirePlaceRequest(placename=name))
        )
        self._acquisitions.add(acquisition)
        acquisition.add_done_callback(self._acquisitions.discard)
        await asyncio.shield(acquisition)
        await self._session.sync_with_coordinator()  # news from before would look like a loss

    async def _guard(self) -> None:
        """Until the coordinator is gone for good."""
        while True:
            await self._session.stopping.wait()
            self._connected.clear()
            self._former |= {place.name for place in self._session.places.values() if place.acquired}
            await self._session.close()
            try:
                self._session = await self._connect_again()
            except RefusedError as refusal:
                say(gone=str(refusal))
                return
            await self._poll()
            for name in self._held:
                self._start(self._take_again(name))
            self._returning |= self._held
            self._held.clear()
            self._connected.set()
            self._note_change()

    async def _connect_again(self) -> Session:
        give_up_s = time.monotonic() + RETURN_TIMEOUT_S
        while True:
            await asyncio.sleep(RETRY_S)
            try:
                session, _ = await connect(self._address, self._owner, self._note_change)
                return session
            except RefusedError:
                if time.monotonic() > give_up_s:
                    raise

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            await self._poll()

    async def _poll(self) -> None:
        """Keep our reservations; one that the coordinator forgot, as with a restart, is none any more."""
        for token in list(self._tokens):
            try:
                poll = self._session.stub.PollReservation(messages.PollReservationRequest(token=token))
                await unless_broken_off(poll)
            except CALL_ERRORS as error:
                if isinstance(error, grpc.aio.AioRpcError) and error.code() is grpc.StatusCode.FAILED_PRECONDITION:
                    self._tokens.discard(token)
                    self._note_change()

    async def _let_return(self, name: str) -> None:
        """Until somebody has the place, if somebody had it before the coordinator restarted, and still is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEAD_START_S):
                while name in self._former and not self._session.places[name].acquired:
                    await self._news.wait()
        self._former.discard(name)

    async def _take_again(self, name: str) -> None:
        """As soon as everything is exported again that was, unless somebody was faster."""
        give_up_s = time.monotonic() + RETURN_TIMEOUT_S
        while name in self._returning:
            place = self._session.places.get(name)
            if place is not None and place.acquired == self._owner:
                self._held[name] = self._returning.pop(name)
            elif place is None or place.acquired or time.monotonic() > give_up_s:
                self._lose(name, self._loss(name, self._returning.pop(name)))
            else:
                if self._returning[name] <= self._present(place):
                    await self._answerless(self._acquire(name))
                await asyncio.sleep(RETRY_S)

    async def _finish(self) -> None:
        """Give up all that is held, as the coordinator sees it, also where some of it is gone already."""
        for task in self._work:
            task.cancel()
        with contextlib.suppress(*CALL_ERRORS, TimeoutError):
            async with asyncio.timeout(FINISH_TIMEOUT_S):
                await asyncio.gather(*self._acquisitions, return_exceptions=True)
                for token in list(self._tokens):
                    await self._answerless(self.do_cancel(token))
                places = (await self._session.stub.GetPlaces(messages.GetPlacesRequest())).places
                for place in places:
                    if place.acquired == self._owner:
                        request = messages.ReleasePlaceRequest(placename=place.name, fromuser=self._owner)
                        await self._answerless(self._session.stub.ReleasePlace(request))
        await self._session.stop()
        await self._session.close()


def power_cycle(port: dict[str, Any], off_s: float) -> None:
    target = Target("power")
    resource = NetworkPowerPort(target, name="power", **port)
    driver = NetworkPowerDriver(target, name="power", delay=off_s)
    try:
        target.activate(driver)
        driver.cycle()
    except Exception as error:  # a driver's own, of a library of its choice
        raise RefusedError(f"power port {resource.host} ({resource.model}): {error}") from None


def say(**news: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(news), file=NEWS, flush=True)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(Agent(*sys.argv[1:]).run())
