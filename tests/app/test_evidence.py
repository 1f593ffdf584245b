"""The inspector's reasons, from what the groupers leave."""

from app.evidence import lines, sentence, sureness


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
