from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.setup import Purpose, debian

MIRROR = "http://mirror.example/debian/"
BOOKWORM = {"ID": "debian", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)", "VERSION_CODENAME": "bookworm"}
TRIXIE = {"ID": "debian", "PRETTY_NAME": "Debian GNU/Linux 13 (trixie)", "VERSION_CODENAME": "trixie"}
TARGETS = f"deb|{MIRROR}|bookworm|main|Debian"
INSTALL = "-q -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends"


@pytest.fixture(autouse=True)
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    monkeypatch.setattr(debian, "SOURCES", folder)
    return folder


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def add_apt(tools, targets: str = TARGETS, when_installing: str = "") -> None:
    tools.add("apt-get", f"case $* in indextargets*) echo '{targets}';; *install*) {when_installing or ':'};; esac")


def apt_changes(tools) -> list[str]:
    return [call.removeprefix("apt-get ") for call in tools.calls() if call.startswith("apt-get -q")]


def test_nothing_to_do_on_a_complete_machine(complete_tools, as_root, on_distribution) -> None:
    on_distribution(**BOOKWORM)
    add_apt(complete_tools)
    debian.provide_packages([Purpose.RUN])
    assert not [call for call in complete_tools.calls() if call.startswith("apt-get")]


def test_old_qemu_is_replaced_from_the_backports_of_the_same_mirror(tools, as_root, on_distribution, sources) -> None:
    on_distribution(**BOOKWORM)
    tools.add_compilers()
    tools.add_qemu("7.2.19")
    add_apt(tools, when_installing=f"PATH=/bin:/usr/bin sed -i s/7.2.19/10.0.2/ {tools.folder}/qemu-system-arm")
    debian.provide_packages([Purpose.RUN])
    assert (sources / "bookworm-backports.list").read_text() == f"deb {MIRROR} bookworm-backports main\n"
    assert apt_changes(tools) == ["-q update", f"{INSTALL} -t bookworm-backports qemu-system-arm"]


def test_second_run_after_an_install_does_nothing(tools, as_root, on_distribution) -> None:
    on_distribution(**BOOKWORM)
    tools.add_compilers()
    tools.add_qemu("7.2.19")
    add_apt(tools, when_installing=f"PATH=/bin:/usr/bin sed -i s/7.2.19/10.0.2/ {tools.folder}/qemu-system-arm")
    debian.provide_packages([Purpose.RUN])
    first = apt_changes(tools)
    debian.provide_packages([Purpose.RUN])
    assert apt_changes(tools) == first


def test_debian_itself_before_another_archive_of_the_same_release(tools, as_root, on_distribution, sources) -> None:
    on_distribution(**BOOKWORM)
    add_apt(tools, f"deb|http://vendor.example/|bookworm|main|Vendor\n{TARGETS}")
    with pytest.raises(SetupError, match="still missing"):
        debian.provide_packages([Purpose.RUN])
    assert MIRROR in (sources / "bookworm-backports.list").read_text()


def test_sources_of_backports_are_not_backports(tools, as_root, on_distribution, sources) -> None:
    on_distribution(**BOOKWORM)
    add_apt(tools, f"{TARGETS}\ndeb-src|{MIRROR}|bookworm-backports|main|Debian Backports")
    with pytest.raises(SetupError, match="still missing"):
        debian.provide_packages([Purpose.RUN])
    assert list(sources.iterdir())


def test_configured_backports_are_left_as_they_are(tools, as_root, on_distribution, sources) -> None:
    on_distribution(**BOOKWORM)
    add_apt(tools, f"{TARGETS}\ndeb|{MIRROR}|bookworm-backports|main|Debian Backports")
    with pytest.raises(SetupError, match="still missing"):
        debian.provide_packages([Purpose.RUN])
    assert not list(sources.iterdir())


def test_debian_13_needs_no_backports(tools, as_root, on_distribution, sources) -> None:
    on_distribution(**TRIXIE)
    add_apt(tools)
    with pytest.raises(SetupError, match="still missing"):
        debian.provide_packages([Purpose.RUN])
    packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib g++ qemu-system-arm"
    assert apt_changes(tools) == ["-q update", f"{INSTALL} {packages}"]
    assert not list(sources.iterdir())


def test_what_only_tests_need_is_installed_for_them_only(complete_tools, as_root, on_distribution) -> None:
    on_distribution(**TRIXIE)
    folder = complete_tools.folder
    versions = "; ".join(
        f"printf '#!/bin/sh\\necho 14.0.6\\n' > {folder}/{tool}; PATH=/bin:/usr/bin chmod +x {folder}/{tool}"
        for tool in ("clang-format", "clang++", "espeak-ng", "ser2net", "chromium", "chromedriver")
    )
    add_apt(complete_tools, when_installing=versions)
    debian.provide_packages([Purpose.RUN, Purpose.TEST])
    assert (
        apt_changes(complete_tools)[-1]
        == f"{INSTALL} clang-format clang libclang-rt-dev espeak-ng ser2net chromium chromium-driver"
    )


def test_sudo_without_a_password(tools, as_user, on_distribution) -> None:
    on_distribution(**TRIXIE)
    add_apt(tools)
    tools.add("sudo", 'shift; exec "$@"')
    with pytest.raises(SetupError, match="still missing"):
        debian.provide_packages([Purpose.RUN])
    assert "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -q update" in tools.calls()


@pytest.mark.parametrize("sudo", [None, "exit 1"])
def test_neither_root_nor_sudo(tools, as_user, on_distribution, sources, sudo: str | None) -> None:
    on_distribution(**BOOKWORM)
    tools.add_compilers()
    add_apt(tools)
    if sudo:
        tools.add("sudo", sudo)
    with pytest.raises(SetupError) as caught:
        debian.provide_packages([Purpose.RUN])
    assert "missing: QEMU >= 9.1" in caught.value.cause
    assert f"echo 'deb {MIRROR} bookworm-backports main' | tee" in caught.value.fix
    assert "install --yes --no-install-recommends -t bookworm-backports qemu-system-arm" in caught.value.fix
    assert not apt_changes(tools)
    assert not list(sources.iterdir())


@pytest.mark.parametrize(
    ("release", "advice"),
    [
        ({"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_CODENAME": "noble"}, "apt-get install gcc-arm-none-eabi"),
        ({"ID": "fedora"}, "dnf install arm-none-eabi-gcc-cs arm-none-eabi-newlib arm-none-eabi-gcc-cs-c++"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "dnf install"),
        ({"ID": "arch"}, "pacman -S arm-none-eabi-gcc arm-none-eabi-newlib gcc qemu-system-arm"),
        ({"ID": "slackware"}, "install arm-none-eabi-gcc, newlib for Arm, libstdc++ for Arm, g++, QEMU >= 9.1"),
    ],
)
def test_other_distributions_are_told_what_to_install(
    tools, as_root, on_distribution, release: dict[str, str], advice: str
) -> None:
    on_distribution(**release)
    add_apt(tools)
    with pytest.raises(SetupError) as caught:
        debian.provide_packages([Purpose.RUN])
    assert advice in caught.value.fix
    assert release["ID"] in caught.value.cause
    assert not [call for call in tools.calls() if call.startswith("apt-get")]


def test_failing_apt(tools, as_root, on_distribution) -> None:
    on_distribution(**TRIXIE)
    add_apt(tools, when_installing="exit 100")
    with pytest.raises(SetupError, match=r"install --yes.* failed with exit code 100"):
        debian.provide_packages([Purpose.RUN])


def test_before_the_first_update(tools, as_user, on_distribution) -> None:
    """apt then lists its sources only when told to do without their release files."""
    on_distribution(**BOOKWORM)
    tools.add("apt-get", f"case $* in *--no-release-info*) echo 'deb|{MIRROR}|bookworm|main|';; esac")
    with pytest.raises(SetupError) as caught:
        debian.provide_packages([Purpose.RUN])
    assert f"deb {MIRROR} bookworm-backports main" in caught.value.fix


def test_apt_without_sources(tools, as_root, on_distribution) -> None:
    on_distribution(**BOOKWORM)
    add_apt(tools, targets="")
    with pytest.raises(SetupError, match="no source for Debian bookworm"):
        debian.provide_packages([Purpose.RUN])
