"""A board with an engine, ready to run models: build, start, check, stream, time."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from harness.build import Firmware, build_firmware
from harness.config import Board, Instance
from harness.config.defaults import DEFAULT_TIMEOUT_S
from harness.config.farm import FarmOptions
from harness.errors import ConfigError, LinkError, ModelError, NoFitError, Shortage, VectorError
from harness.link.baud import raise_baud
from harness.link.client import Device
from harness.link.failures import DeviceError, RefusedModelError
from harness.link.messages import ErrorCode, Loaded
from harness.measure.energy.supply import Supply, supply_of
from harness.model import Model, check_model
from harness.target import ByteStream, SerialStream, Target, make_target

Supplies = WeakKeyDictionary[Target, Supply]


@dataclass
class Bench:
    """One board, one engine, one kind of target. The firmware is built at the first use and serves every model.

    Targets that have run a model rest until the next one, and stop with the bench.

    Args:
        board: the board to run on.
        engine: the name of an engine library, `firmware/lib/engine_<engine>`.
        target: `auto`, or a kind of target that the board has.
        sanitize: build with address and undefined-behaviour sanitizers (native only).
        timeout_s: how long one inference, or the loading of a model, may take before the device counts as dead.
        engine_chosen_by: for the records: `option`, `board` or `auto`.
        instance: which attached board; None for other kinds of target.
        farm: whose place; None for other kinds of target.
        shards: over how many targets a run's vectors are spread, at most.
    """

    board: Board
    engine: str = "builtin"
    target: str = "auto"
    sanitize: bool = False
    timeout_s: float = DEFAULT_TIMEOUT_S
    engine_chosen_by: str = ""
    instance: Instance | None = None
    farm: FarmOptions | None = None
    shards: int = 1
    _firmware: Firmware | None = field(default=None, init=False, repr=False)
    _baud: int | None = field(default=None, init=False, repr=False)  # that its line carried before
    _resting: list[Target] = field(default_factory=list, init=False, repr=False)
    _supplies: Supplies = field(default_factory=WeakKeyDictionary, init=False, repr=False)

    def __post_init__(self) -> None:
        self._end = weakref.finalize(self, _stop_all, self._resting, self._supplies)

    def close(self) -> None:
        """Stop the targets that rest; what is run after that rests until the program ends."""
        self._end()

    @property
    def firmware(self) -> Firmware:
        """The firmware for this board and engine, built if need be.

        Raises:
            SetupError: a tool is missing.
            BuildError: the compiler refused.
        """
        if self._firmware is None:
            self._firmware = build_firmware(self.board, self.engine, sanitize=self.sanitize)
        return self._firmware

    @property
    def built_firmware(self) -> Firmware | None:
        """The firmware, if it has been built already."""
        return self._firmware

    def new_target(self) -> Target:
        """A target of this bench's kind, not started."""
        return make_target(self.board, self.target, self.instance, self.farm)

    def supply(self, target: Target) -> Supply | None:
        """The supply of a started target's board through its meter; None where it has no meter."""
        return self._supplies.get(target)

    @contextlib.contextmanager
    def start(self, model: Model | None = None) -> Iterator[Device]:
        """A started device, greeted, with `model` in its slot but not yet loaded, until the block ends.

        Raises:
            TargetError: it did not start, or died.
            LinkError: it did not answer, or runs another firmware.
            MeterError: its meter is absent, held by another program, or cannot do what its entry says.
        """
        with self.borrow() as target:
            yield self._start(target, model)

    def _start(self, target: Target, model: Model | None = None) -> Device:
        firmware = self.firmware
        self._power(target)
        device = self._greeted(target, firmware, None if model is None else model.data)
        if model is not None and not target.preloads_model:
            device.upload(model.data)
        return device

    def _greeted(self, target: Target, firmware: Firmware, model: bytes | None) -> Device:
        """A device that runs this firmware; where another may be left from before, that is mended once."""
        try:
            return self._greet(target, firmware, model)
        except LinkError:
            if not target.may_hold_old_firmware:
                raise
        target.stop()
        try:
            return self._greet(target, firmware, model)
        except LinkError as error:
            raise LinkError(
                f"{target.description}: {error.cause}, and it was flashed twice",
                "see that its port is that of its probe, with `harness boards --scan`, and that its board is that kind",
            ) from None

    def _greet(self, target: Target, firmware: Firmware, model: bytes | None) -> Device:
        line = target.start(firmware, model)
        device = self._connect(target, line)
        if device.hello.build_id != firmware.build_id:
            raise LinkError(
                f"{self.board.name} runs firmware {device.hello.build_id}, built was {firmware.build_id}",
                "flash the firmware again",
            )
        if target.fastest_baud is not None and isinstance(line, SerialStream):
            self._baud = raise_baud(device, line, self._baud or target.fastest_baud)
        return device

    def _connect(self, target: Target, line: ByteStream) -> Device:
        try:
            return Device(line, self.timeout_s)
        except LinkError as error:
            if not target.place:
                raise
            raise LinkError(
                f"place {target.place}: {error.cause}", f"see that its board is a {self.board.name}, as its tag says"
            ) from None

    def _power(self, target: Target) -> None:
        """Without a supply there is no board to look for."""
        entry = target.meter()
        if entry is not None:
            self._supplies[target] = supply_of(entry)
            target.supplied_by(self._supplies[target])

    @contextlib.contextmanager
    def borrow(self) -> Iterator[Target]:
        """A target that rests, else a new one, until the block ends. What an error left of it is not worth trusting."""
        target = self._resting.pop() if self._resting else self.new_target()
        try:
            yield target
        except (ModelError, VectorError):  # are not its fault
            self._let_rest(target)
            raise
        except BaseException:
            target.stop()
            raise
        self._let_rest(target)

    def _let_rest(self, target: Target) -> None:
        target.rest()
        self._resting.append(target)

    @contextlib.contextmanager
    def load(self, model: Model) -> Iterator[tuple[Device, Loaded]]:
        """A started device with `model` checked, in its slot and loaded.

        Raises:
            NoFitError: the model, or the firmware for it, does not fit the board.
            ModelError: the engine refuses the model.
        """
        check_model(model, self.board, self.engine)
        with self.borrow() as target:
            yield self.load_on(target, model)

    def load_on(self, target: Target, model: Model) -> tuple[Device, Loaded]:
        """Start `target`, one of this bench's kind, and load `model`, which is checked.

        The engine has the last word on the arena, the device on its memories. Errors as of `load`.
        """
        device = self._start(target, model)
        try:
            return device, device.load(model.data)
        except RefusedModelError as refusal:
            if refusal.answer.code != ErrorCode.ARENA_TOO_SMALL:
                raise
            lacking = Shortage("arena", refusal.answer.detail, device.hello.arena_bytes)
            raise NoFitError(f"{model.name} does not fit {self.board.name} with {self.engine}", [lacking]) from None
        except DeviceError as refusal:
            if refusal.answer.code != ErrorCode.NO_MEMORY:
                raise
            raise _wrong_memory(self.board, refusal.answer.text, refusal.answer.detail) from None


def _wrong_memory(board: Board, part: str, address: int) -> ConfigError:
    """What to say of a `part` of the firmware whose word at `address` keeps nothing, or shows elsewhere, too."""
    key, memory = f"boards.{board.name}.firmware.{part}", getattr(board.firmware, part).memory
    return ConfigError(
        f"{board.source}: {key}: {board.mcu} has no memory of its own at {address:#x}",
        f"correct that key, or boards.{board.name}.memory.{memory}",
    )


def _stop_all(targets: list[Target], supplies: Supplies) -> None:
    for target in targets:
        target.stop()
    supplies.clear()  # last: a probe does not like a board without a supply
