"""Which attached board a run takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.config import Board, Instance
from harness.config.toml import suggest
from harness.errors import ConfigError, TargetError
from harness.scan.desk import Desk, probe_usb_ids, same_id


def find_attached(board: Board, desk: Desk, named: Sequence[str] = ()) -> Instance | None:
    """The one entry of this kind of board that is plugged in, or the named one; None where there is none.

    Args:
        named: names or probes' unique ids of those that a run may take; empty for any.

    Raises:
        ConfigError: several are plugged in.
        TargetError: the named one is not.
    """
    if chosen := _named([*desk.claimed(board), *desk.unclaimed(board)], named):
        return _only(board, _present(desk, chosen))
    return _only(board, [instance for instance in desk.claimed(board) if desk.is_there(instance)])


def need_attached(board: Board, desk: Desk, named: Sequence[str] = ()) -> Instance:
    """The same for a run that wants an attached board. Without an entry, a probe of its kind that nobody claims.

    Raises:
        ConfigError: several could be meant.
        TargetError: none is plugged in.
    """
    if found := find_attached(board, desk, named):
        return found
    if found := _only(board, desk.unclaimed(board)):
        return found
    raise _nothing(board, desk)


def refuse_unknown_names(boards: Iterable[Board], desk: Desk, named: Sequence[str]) -> None:
    """Raises: ConfigError: a name is that of no board that `boards` could mean."""
    known = [instance for board in boards for instance in (*desk.claimed(board), *desk.unclaimed(board))]
    for name in named:
        if not _named(known, [name]):
            raise ConfigError(
                f"--attached={name}: no board of this run can be attached under this name or unique id",
                f"use one of: {suggest(name, {instance.name for instance in known})}; `harness boards --scan` lists "
                "what is plugged in",
            )


def _named(instances: Iterable[Instance], named: Sequence[str]) -> list[Instance]:
    return [one for one in instances for name in named if one.name == name or same_id(one.probe, name)]


def _present(desk: Desk, instances: list[Instance]) -> list[Instance]:
    for instance in instances:
        if not desk.is_there(instance):
            raise TargetError(
                f"{instance.name} is not plugged in: no {_sign(instance)}",
                "plug it in, or correct its entry; `harness boards --scan` lists what is there",
            )
    return instances


def _sign(instance: Instance) -> str:
    """By what `Desk.is_there` tells that it is there."""
    return f"port {instance.port}" if instance.stand_in else f"probe {instance.probe}"


def _only(board: Board, found: list[Instance]) -> Instance | None:
    if len(found) > 1:
        names = [instance.name for instance in found]
        raise ConfigError(
            f"{len(found)} boards could be meant by {board.name}: {', '.join(names)}",
            f"name one, e.g. --attached={names[0]}",
        )
    return found[0] if found else None


def _nothing(board: Board, desk: Desk) -> TargetError:
    usb_ids = probe_usb_ids(board)
    entries = [f"attached.{instance.name} ({_sign(instance)})" for instance in desk.claimed(board)]
    looked_for = entries or [f"a probe {' or '.join(usb_ids)}" if usb_ids else "an entry [attached.<name>]"]
    return TargetError(
        f"no {board.name} is attached: looked for {', '.join(looked_for)}",
        "plug it in, or use --target=emulated; `harness boards --scan` lists what is there",
    )
