from __future__ import annotations

from importlib import metadata, util

import pytest

from harness.setup import probes
from harness.setup.finding import MISSING, Finding, State, found


def test_complete_machine(complete_tools) -> None:
    assert probes.python().state is State.FOUND
    assert probes.arm_compiler() == found("12.2.1")
    assert probes.arm_newlib() == found("3.3.0")
    assert probes.arm_libstdcxx() == found("12.2.1")
    assert probes.host_compiler() == found("12.2.1")
    assert probes.qemu() == found("10.0.2")


@pytest.mark.parametrize(
    "probe",
    [
        probes.arm_compiler,
        probes.arm_newlib,
        probes.arm_libstdcxx,
        probes.host_compiler,
        probes.qemu,
        probes.clang_format,
        probes.espeak,
        probes.ser2net,
        probes.chromium,
        probes.fuzzer,
    ],
)
def test_empty_machine(tools, probe) -> None:
    assert probe() == MISSING


def test_python_without_ensurepip_cannot_make_a_venv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    assert probes.python() == MISSING


def test_compiler_without_nano_specs_has_no_newlib(complete_tools) -> None:
    complete_tools.add(
        "arm-none-eabi-gcc", "case $1 in -print*) echo nano.specs;; *) cat > /dev/null; echo '\"3.3.0\"';; esac"
    )
    assert probes.arm_newlib() == MISSING


def test_compiler_without_headers_has_no_newlib(complete_tools) -> None:
    complete_tools.add("arm-none-eabi-gcc", "case $1 in -E) exit 1;; *) echo /nano.specs;; esac")
    assert probes.arm_newlib() == MISSING


def test_compiler_that_cannot_include_algorithm_has_no_libstdcxx(complete_tools) -> None:
    complete_tools.add("arm-none-eabi-g++", "case $1 in -std*) exit 1;; *) echo 12.2.1;; esac")
    assert probes.arm_libstdcxx() == MISSING


@pytest.mark.parametrize(
    ("version", "state"),
    [("7.2.19", State.TOO_OLD), ("9.0.9", State.TOO_OLD), ("9.1.0", State.FOUND), ("10.0.2", State.FOUND)],
)
def test_age_of_qemu(tools, version: str, state: State) -> None:
    tools.add_qemu(version)
    assert probes.qemu() == Finding(state, version)


def test_qemu_built_without_the_machine(tools) -> None:
    tools.add_qemu("10.0.2", machines="mps2-an386  ARM MPS2")
    assert probes.qemu() == Finding(State.MISSING, "10.0.2, no b-l475e-iot01a")


def test_clang_format(tools) -> None:
    tools.add("clang-format", "echo 'Debian clang-format version 14.0.6'")
    assert probes.clang_format() == found("14.0.6")


def test_chromium_needs_its_driver(tools) -> None:
    tools.add("chromium", "echo 'Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)'")
    assert probes.chromium() == MISSING
    tools.add("chromedriver", "echo 'ChromeDriver 156.0.8078.79'")
    assert probes.chromium() == found("156.0.8078.79")


def test_ser2net(tools) -> None:
    tools.add("ser2net", "echo 'ser2net version 4.3.11'")
    assert probes.ser2net() == found("4.3.11")


def test_ser2net_beside_a_users_path(tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.add("ser2net", "echo 'ser2net version 4.3.11'")
    monkeypatch.setenv("PATH", "")
    assert probes.ser2net() == found("4.3.11")


def test_espeak(tools) -> None:
    tools.add("espeak-ng", "echo 'eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/espeak-ng-data'")
    assert probes.espeak() == found("1.51")


def test_fuzzer(tools) -> None:
    tools.add("clang++", "case $1 in --version) echo 'Debian clang version 14.0.6';; *) cat > /dev/null;; esac")
    assert probes.fuzzer() == found("14.0.6")


def test_clang_without_libfuzzer(tools) -> None:
    tools.add("clang++", "case $1 in --version) echo 'Debian clang version 14.0.6';; *) exit 1;; esac")
    assert probes.fuzzer() == MISSING


def test_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"here": "2.4.1"}

    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "version", version)
    assert probes.Distribution("here", "2.4").check() == found("2.4.1")
    assert probes.Distribution("here", "2.10").check() == Finding(State.TOO_OLD, "2.4.1")
    assert probes.Distribution("elsewhere").check() == MISSING


def test_checkout_and_installed_package_want_the_same_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    of_checkout = probes.wanted_distributions()
    monkeypatch.setattr(probes, "CHECKOUT", None)
    assert set(probes.wanted_distributions()) == set(of_checkout)
    assert "numpy" in {wanted.name for wanted in of_checkout}
