"""USB devices as Linux lists them, and where it does not."""

from __future__ import annotations

from pathlib import Path

from harness.scan import Plugged, SerialPort, UsbDevice, plugged_in
from harness.scan.usb import usb_devices


def sysfs_device(sysfs: Path, location: str, **told: str) -> None:
    folder = sysfs / location
    folder.mkdir(parents=True)
    for name, text in told.items():
        (folder / name).write_text(f"{text}\n")


def test_devices_are_read_from_sysfs_and_interfaces_are_none(tmp_path: Path) -> None:
    sysfs_device(
        tmp_path,
        "1-2.3",
        idVendor="0483",
        idProduct="374b",
        serial="0670FF",
        manufacturer="STMicroelectronics",
        product="STM32 STLink",
        busnum="1",
        devnum="7",
    )
    sysfs_device(tmp_path, "1-2.3:1.0", bInterfaceClass="08")
    sysfs_device(tmp_path, "usb1", idVendor="1d6b", idProduct="0002")
    assert usb_devices([], tmp_path) == [
        UsbDevice("0483:374b", "0670FF", "STMicroelectronics STM32 STLink", "1-2.3", Path("/dev/bus/usb/001/007")),
        UsbDevice("1d6b:0002", "", "", "usb1"),
    ]


def test_without_sysfs_a_device_is_known_by_its_ports(tmp_path: Path) -> None:
    first = SerialPort("/dev/cu.1", "0483:374b", "0670FF", "STM32 STLink", "20-1")
    second = SerialPort("/dev/cu.2", "0483:374b", "0670FF", "STM32 STLink", "20-1")
    no_usb = SerialPort("/dev/cu.Bluetooth")
    devices = usb_devices([first, second, no_usb], tmp_path / "none")
    assert devices == [UsbDevice("0483:374b", "0670FF", "STM32 STLink", "20-1")]


def test_a_port_belongs_to_the_device_of_its_serial_number_else_of_its_place() -> None:
    numbered, nameless = UsbDevice("0483:374b", "0670FF", "", "1-1"), UsbDevice("0483:3748", "", "", "1-2")
    ports = (
        SerialPort("/dev/ttyACM0", "0483:374b", "0670ff", location="1-1"),
        SerialPort("/dev/ttyACM1", "0483:374b", "0671AA", location="1-3"),
        SerialPort("/dev/ttyUSB0", "0483:3748", location="1-2"),
    )
    plugged = Plugged((numbered, nameless), ports)
    assert [port.path for port in plugged.ports_of(numbered)] == ["/dev/ttyACM0"]
    assert [port.path for port in plugged.ports_of(nameless)] == ["/dev/ttyUSB0"]


def test_looking_works_on_this_computer_whatever_it_has() -> None:
    assert all(":" in device.usb_id for device in plugged_in().devices)
