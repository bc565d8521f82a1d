"""The udev rule that lets a user open his board."""

from __future__ import annotations

from harness.scan import permission_fix, udev_rules


def test_the_rules_are_for_the_probe_and_its_ports() -> None:
    usb, tty = udev_rules("0483:374b").splitlines()
    assert usb == 'SUBSYSTEM=="usb", ATTR{idVendor}=="0483", ATTR{idProduct}=="374b", MODE="0660", TAG+="uaccess"'
    assert tty == 'SUBSYSTEM=="tty", ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374b", MODE="0660", TAG+="uaccess"'


def test_the_fix_holds_the_rules_to_paste_or_names_the_group_of_ports() -> None:
    assert udev_rules("0483:374b").strip() in permission_fix("0483:374b")
    assert "/etc/udev/rules.d/" in permission_fix("0483:374b")
    assert "dialout" in permission_fix("")
