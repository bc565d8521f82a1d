from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from pyocd.core import exceptions
from pyocd.probe.aggregator import DebugProbeAggregator
from support.simulated_chip import make_desk

from harness.standin.folder import VARIABLE
from harness.standin.probe import VENDOR, StandInProbe

LISTING = """
import sys
from pyocd.probe.aggregator import PROBE_CLASSES
print([probe.unique_id for probe in PROBE_CLASSES["tinyhil"].get_all_connected_probes()], "unicorn" in sys.modules)
"""


@pytest.mark.parametrize("desks", [[], ["one"], ["one", "two"]])
def test_pyocd_finds_the_desks_that_the_variable_names_and_loads_no_emulator(tmp_path: Path, desks: list[str]) -> None:
    folders = [make_desk(tmp_path / name, name) for name in desks]
    environment = {**os.environ, VARIABLE: os.pathsep.join(str(folder.path) for folder in folders)}
    done = subprocess.run([sys.executable, "-c", LISTING], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{desks} False"


def test_a_probe_says_that_it_is_a_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(make_desk(tmp_path).path))
    probe = DebugProbeAggregator.get_probe_with_id("DESK1")
    assert probe.vendor_name == VENDOR and "stand-in" in probe.description


def test_a_probe_has_its_whole_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(make_desk(tmp_path).path))
    assert StandInProbe.get_probe_with_id("DESK") is None


def test_a_folder_that_is_no_desk_is_an_error_of_the_probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(exceptions.ProbeError, match=r"desk\.json"):
        StandInProbe.get_all_connected_probes()


def test_a_closed_probe_answers_nothing(tmp_path: Path) -> None:
    probe = StandInProbe(make_desk(tmp_path))
    assert not probe.is_open
    with pytest.raises(exceptions.ProbeDisconnected, match="DESK1"):
        probe.read_dp(0)


def test_another_chip_is_not_simulated(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    desk.write(msgspec.structs.replace(desk.read(), probe_target="stm32l4r5zitx"))
    with pytest.raises(exceptions.ProbeError, match="stm32l4r5zitx"):
        StandInProbe(desk).open()


def test_reset_is_a_line(tmp_path: Path) -> None:
    probe = StandInProbe(make_desk(tmp_path))
    probe.open()
    probe.assert_reset(True)
    assert probe.is_reset_asserted()
    probe.reset()
    assert not probe.is_reset_asserted()
    probe.close()
    assert not probe.is_open
