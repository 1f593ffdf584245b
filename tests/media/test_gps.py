"""Positions: what is understood, and what cannot be true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.gps import Position, exif_position, gps_utc, rational, xmp_position
from core.media.tags import Tags


def gps(
    lat: str = "38/1 42/1 30/1", ns: str = "N", lon: str = "9/1 8/1 30/1", ew: str = "W", **more: str
) -> dict[str, str]:
    named = {"GPSLatitude": lat, "GPSLatitudeRef": ns, "GPSLongitude": lon, "GPSLongitudeRef": ew, **more}
    return {f"Exif.GPSInfo.{key}": text for key, text in named.items()}


def test_degrees_minutes_seconds_and_sides() -> None:
    warnings: list[str] = []
    found = exif_position(gps(GPSAltitude="1234/10", GPSAltitudeRef="0"), warnings)
    assert found is not None
    assert found.lat == pytest.approx(38.708333, abs=1e-6)
    assert found.lon == pytest.approx(-9.141667, abs=1e-6)
    assert found.altitude == pytest.approx(123.4)
    assert warnings == []


def test_below_the_sea() -> None:
    found = exif_position(gps(ns="S", GPSAltitude="400/1", GPSAltitudeRef="1"), [])
    assert found is not None
    assert found.lat < 0
    assert found.altitude == -400.0


@pytest.mark.parametrize(
    "exif",
    [
        gps(lat="0/1 0/1 0/1", lon="0/1 0/1 0/1", ew="E"),
        gps(lat="38/0 42/1 30/1"),
        gps(lat="0/0 0/0 0/0", lon="0/0 0/0 0/0"),
        gps(lat="38/1 42/1 30/0"),
        gps(lat="91/1 0/1 0/1"),
        gps(lon="181/1 0/1 0/1"),
        gps(lat="38/1 75/1 0/1"),
        gps(lat="thirty-eight"),
        gps(lat="nan"),
        gps(lat="inf"),
        gps(lat="-38/1 42/1 30/1"),
        gps(lat="1/1 2/1 3/1 4/1"),
        gps(ns=""),
        gps(ns="X"),
        gps(ns="E"),
        gps(lat=""),
    ],
)
def test_nonsense_is_left_out_with_one_warning(exif: dict[str, str]) -> None:
    warnings: list[str] = []
    assert exif_position(exif, warnings) is None
    assert len(warnings) == 1


def test_half_a_position_is_none() -> None:
    warnings: list[str] = []
    exif = gps()
    del exif["Exif.GPSInfo.GPSLongitude"]
    assert exif_position(exif, warnings) is None
    assert warnings == ["The GPS position is incomplete."]
    assert exif_position({}, warnings) is None
    assert len(warnings) == 1


@pytest.mark.parametrize("altitude", ["1/0", "0/0", "99999999/1", "high", "-9000"])
def test_an_absurd_altitude_does_not_take_the_position_with_it(altitude: str) -> None:
    warnings: list[str] = []
    found = exif_position(gps(GPSAltitude=altitude), warnings)
    assert found is not None
    assert found.altitude is None
    assert len(warnings) == 1


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_xmp_angles_round_trip(lat: float, lon: float) -> None:
    def written(value: float, sides: str) -> str:
        whole, part = divmod(abs(value), 1.0)
        return f"{int(whole)},{part * 60:.8f}{sides[value < 0]}"

    found = xmp_position({"Xmp.exif.GPSLatitude": written(lat, "NS"), "Xmp.exif.GPSLongitude": written(lon, "EW")}, [])
    if abs(lat) > 1e-6 or abs(lon) > 1e-6:
        assert found is not None
        assert found.lat == pytest.approx(lat, abs=1e-6)
        assert found.lon == pytest.approx(lon, abs=1e-6)


def test_xmp_nonsense() -> None:
    warnings: list[str] = []
    assert xmp_position({"Xmp.exif.GPSLatitude": "north", "Xmp.exif.GPSLongitude": "9,8.5W"}, warnings) is None
    assert len(warnings) == 1
    assert xmp_position({}, warnings) is None


def test_satellite_time() -> None:
    exif = {"Exif.GPSInfo.GPSDateStamp": "2024:01:02", "Exif.GPSInfo.GPSTimeStamp": "1/1 4/1 55/10"}
    assert gps_utc(Tags(exif=exif)) == pytest.approx(1_704_157_445.5)
    assert gps_utc(Tags(exif=exif | {"Exif.GPSInfo.GPSTimeStamp": "25/1 0/1 0/1"})) is None
    assert gps_utc(Tags(exif=exif | {"Exif.GPSInfo.GPSTimeStamp": "1/0 0/1 0/1"})) is None
    assert gps_utc(Tags()) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("28/10", 2.8), ("2.5", 2.5), ("1/0", None), ("0/0", None), ("a/b", None), (None, None), ("1e999", None)],
)
def test_rationals(text: str | None, value: float | None) -> None:
    assert rational(text) == value


def test_positions_are_values() -> None:
    assert Position(1.0, 2.0) == Position(1.0, 2.0, None)
