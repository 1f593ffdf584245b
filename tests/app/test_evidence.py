"""The inspector's reasons, from what the groupers leave."""

from app.evidence import by_level, lines, sentence, sureness, wider_line
from core.records import Membership
from core.records_corrections import WhyMember


def _alike(group: int, parent: int | None, n: int, title: str = "Espresso", kind: str = "lookalikes") -> WhyMember:
    return WhyMember(Membership(group, kind, title, 0.9, {}, parent, n))


def test_an_event_is_explained_by_the_gaps_around_it():
    reason = {
        "photos": 9,
        "gap_seconds_before": 50400.0,
        "distance_km_before": 312.0,
        "gap_seconds_after": 2280.0,
        "distance_km_after": 0.01,
    }
    assert lines("events", reason) == ["14 h and 312 km after the event before", "38 min before the next event"]


def test_unknown_times_and_missing_evidence():
    assert lines("events", {"time": "unknown"}) == ["Its time is not known"]
    assert lines("events", {}) == []
    assert lines("events", {"gap_seconds": None, "distance_km": None}) == []
    assert lines("something new", {"x": 1}) == []


def test_photo_by_photo_evidence_as_one_line():
    assert (
        sentence("events", {"gap_seconds": 2280, "distance_km": 0.4})
        == "38 min after the photo before · 0.4 km from it"
    )


def test_trips_and_places():
    reason = {"distance_from_home_km": 1740.2, "days": 4, "place": "inferred from the photos around it"}
    assert lines("trips", reason) == [
        "1,740 km from home",
        "4 days away",
        "its place is inferred from the photos around it",
    ]
    assert lines("places", {"distance_km": 0.06}) == ["60 m from its middle"]


def test_sureness_is_a_word_and_a_number():
    assert sureness(0.97) == "sure, 0.97"
    assert sureness(0.5) == "likely, 0.50"
    assert sureness(0.2) == "unsure, 0.20"


def test_kinds_name_what_was_seen_or_the_cues():
    assert lines("kinds", {"cues": {"food": 0.9}, "class": "espresso"}) == ["Looks like: espresso"]
    assert lines("kinds", {"cues": {"green": 0.2, "plants": 0.7, "near": 0.1}}) == ["Cues: plants, green"]
    assert lines("kinds", {"cues": {}, "unsure": "no cue is strong enough"}) == ["No cue is strong enough"]
    assert lines("kinds", {"cues": {}}) == []


def test_likeness_is_told_in_its_four_ways():
    assert lines("lookalikes", {"cosine_to_middle": 0.873}) == ["87 % like the middle of this group"]
    assert lines("duplicates", {"identical_files": 2, "best": "any"}) == ["The same file, byte for byte"]
    assert lines("duplicates", {"best": ["most pixels", "sharpest"]}) == ["The one to keep: most pixels, sharpest"]
    assert lines("duplicates", {"hash_bits": 3, "cosine": 0.98}) == [
        "98 % like the one to keep",
        "3 of 64 marks differ from it",
    ]
    assert lines("bursts", {"frames": 7, "span_seconds": 2.4, "gap_seconds": 0.4, "best": "sharpest of the burst"}) == [
        "7 photos within 2.4 s",
        "0.4 s after the photo before",
        "Sharpest of the burst",
    ]


def test_levels_of_look_alikes_are_one_line_with_the_wider_ones_beside_it():
    event = _alike(9, 8, 30, "Lunch", "events")
    broad, middle, fine = _alike(1, None, 43, "Coffee"), _alike(2, 1, 17), _alike(3, 2, 12)
    assert by_level([event, broad, fine, middle]) == [(event, ()), (fine, (middle, broad))]
    assert by_level([broad]) == [(broad, ())]
    assert by_level([fine]) == [(fine, ())], "what is wider may hold the photo no more"
    assert wider_line(fine.membership, middle.membership) == "Wider: 17 photos"
    assert wider_line(fine.membership, broad.membership) == "Wider: 43 photos, Coffee"
