"""Volumes: known by a name that stays, found for every path."""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from core.scan import volumes as module
from core.scan.volumes import Volume, mounted, parse_mountinfo, volume_of

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

MOUNTINFO = rb"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/root-disk rw
40 27 0:40 /@ /mnt/pool rw - btrfs /dev/pool rw
41 27 0:40 /@photos /mnt/pool/photos rw - btrfs /dev/pool rw
50 27 0:50 / /mnt/My\040Nas rw,relatime shared:5 - cifs //nas/photos rw
51 27 0:51 / /mnt/nfs rw - nfs4 nas:/export rw
52 27 0:52 / /tmp rw - tmpfs tmpfs rw
53 27 0:53 / /var/overlay rw - overlay overlay rw,lowerdir=/a
54 27 254:9 / /mnt/caf\303\251\377 rw - vfat /dev/stick rw
garbage
60 27 0:60 / /short - ext4
"""


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> dict[str, Volume]:
    devices = {"/dev/root-disk": 1, "/dev/pool": 2, "/dev/stick": 3}
    monkeypatch.setattr(module, "_device", devices.get)
    links = {module._BY_UUID: {1: "1111-aaaa", 2: "2222-bbbb", 3: "ABCD-1234"}, module._BY_LABEL: {3: "STICK"}}
    monkeypatch.setattr(module, "_links", links.__getitem__)
    parse_mountinfo.cache_clear()
    result = parse_mountinfo(MOUNTINFO)
    parse_mountinfo.cache_clear()
    return result


def test_disks_have_their_uuid(table: dict[str, Volume]) -> None:
    assert table["/"] == Volume("1111-aaaa", "/", "/")
    assert table[os.fsdecode("/mnt/café".encode() + b"\xff")].uuid == "ABCD-1234"
    assert table[os.fsdecode("/mnt/café".encode() + b"\xff")].label == "STICK"


def test_subvolumes_are_told_apart(table: dict[str, Volume]) -> None:
    assert table["/mnt/pool"].uuid == "2222-bbbb:/@"
    assert table["/mnt/pool/photos"].uuid == "2222-bbbb:/@photos"


def test_shares_and_memory_have_a_derived_id_that_stays(table: dict[str, Volume]) -> None:
    derived = [table[point].uuid for point in ("/mnt/My Nas", "/mnt/nfs", "/tmp", "/var/overlay")]
    assert all(uuid.startswith("derived-") for uuid in derived)
    assert len(set(derived)) == 4
    elsewhere = parse_mountinfo(rb"9 1 0:99 / /media/nas rw - cifs //nas/photos ro")
    assert elsewhere["/media/nas"].uuid == table["/mnt/My Nas"].uuid
    assert elsewhere["/media/nas"].label == "//nas/photos"


def test_what_is_no_disk_is_left_out(table: dict[str, Volume]) -> None:
    assert "/proc" not in table
    assert "/short" not in table


@linux
def test_the_deepest_mount_holds_a_path(table: dict[str, Volume], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_linux", lambda: table)
    monkeypatch.setattr(module.os.path, "realpath", lambda path: path)
    assert volume_of("/mnt/pool/photos/2024/a.jpg").mount_point == "/mnt/pool/photos"
    assert volume_of("/mnt/poolside/a.jpg").mount_point == "/"
    assert set(mounted()) == {volume.uuid for volume in table.values()}


@linux
def test_this_machine(tmp_path: Path) -> None:
    volume = volume_of(str(tmp_path / "not" / "there.jpg"))
    assert os.path.ismount(volume.mount_point)
    assert os.path.commonpath([volume.mount_point, os.path.realpath(tmp_path)]) == volume.mount_point
    assert mounted()[volume.uuid].uuid == volume.uuid
    assert volume_of(str(tmp_path)) == volume


@linux
def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    assert volume_of(str(tmp_path / "link")) == volume_of("/")


def test_macos_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        facts = plistlib.dumps({"VolumeUUID": "AAAA-BBBB", "VolumeName": "Photos"})
        return subprocess.CompletedProcess(command, 0, facts)

    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module.sys, "platform", "darwin")
    monkeypatch.setattr(module.os.path, "realpath", lambda path: path)
    monkeypatch.setattr(module.os.path, "ismount", lambda path: path in ("/", "/Volumes/Photos"))
    module._mac.cache_clear()
    for name in ("a", "b"):
        assert volume_of(f"/Volumes/Photos/{name}.jpg") == Volume("AAAA-BBBB", "Photos", "/Volumes/Photos")
    module._mac.cache_clear()
    assert len(asked) == 1


def test_macos_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("diskutil", 20)

    monkeypatch.setattr(module.subprocess, "run", fail)
    module._mac.cache_clear()
    volume = module._mac("/Volumes/Share")
    module._mac.cache_clear()
    assert volume.uuid.startswith("derived-")
    assert volume.label == "Share"
