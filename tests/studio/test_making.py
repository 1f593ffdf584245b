"""What a trained generator makes: by seeds, on ways, near others, near photos; and its nearest real photos."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from core.errors import ReverieError
from core.learn.process import Aside
from core.library import Library
from core.progress import Progress
from core.records import Scope
from core.records_lab import Run
from core.records_studio import StudioSpec
from core.studio import enlarging
from core.studio.asked import How
from core.superres import models
from tests.studio.conftest import SPEC, TINY


def test_seeds_ways_and_neighbours(library: Library, trained: Run) -> None:
    studio = library.studio
    grid = studio.generate(trained.id, [1, 2, 1])
    assert (grid.kind, grid.pictures.shape, grid.pictures.dtype) == ("generated", (3, 8, 8, 3), np.uint8)
    np.testing.assert_array_equal(grid.pictures[0], grid.pictures[2])
    assert (grid.pictures[0] != grid.pictures[1]).any()
    still = studio.generate(trained.id, [1, 2], truncation=0.0).pictures
    np.testing.assert_array_equal(still[0], still[1], err_msg="all are the usual one")
    near, points = studio.near(trained.id, 1, 4, spread=0.2)
    assert len(set(points)) == 4
    np.testing.assert_array_equal(studio.generate(trained.id, points).pictures, near.pictures)
    np.testing.assert_array_equal(studio.near(trained.id, 1, 1, spread=0.0)[0].pictures[0], grid.pictures[0])
    way = studio.walk(trained.id, 1, points[2], 5).pictures
    np.testing.assert_array_equal(way[0], grid.pictures[0])
    np.testing.assert_array_equal(way[-1], near.pictures[2])


def test_a_photo_sought_is_a_point_like_another(library: Library, trained: Run) -> None:
    studio = library.studio
    photo = int(library.wall(Scope()).ids[0])
    with pytest.raises(ReverieError, match="not sought"):
        studio.generate(trained.id, [f"photo-{photo + 1}"])
    found = studio.project(trained.id, photo, Progress())
    assert (found.point, found.photo_id) == (f"photo-{photo}", photo)
    assert found.target.shape == found.picture.shape == (8, 8, 3)
    np.testing.assert_array_equal(studio.generate(trained.id, [found.point]).pictures[0], found.picture)
    seeds = studio.generate(trained.id, range(16)).pictures.astype(np.float64)
    distance = ((seeds - found.target) ** 2).mean(axis=(1, 2, 3))
    assert ((found.picture - found.target.astype(np.float64)) ** 2).mean() <= distance.min() + 1.0
    assert len(studio.walk(trained.id, found.point, 3, 4).pictures) == 4


@pytest.mark.parametrize("point", ["", "-1", "one", "../photo-1", "1~0.3~0.8.9", "photo-x"])
def test_what_is_no_point_is_said(library: Library, trained: Run, point: str) -> None:
    with pytest.raises(ReverieError, match="no point"):
        library.studio.generate(trained.id, [point])


def test_no_points_no_run_no_class(library: Library, trained: Run) -> None:
    with pytest.raises(ReverieError, match="Name a seed"):
        library.studio.generate(trained.id, [])
    with pytest.raises(KeyError):
        library.studio.generate("dcgan-20200101-000000", [1])
    with pytest.raises(ReverieError, match="no condition"):
        library.studio.generate(trained.id, [1], condition="Lisbon")


def test_a_conditional_generator_makes_what_it_is_told(library: Library) -> None:
    facts = library.studio.look(Scope(), 8, Progress(), "events")
    names = [name for name, _ in facts.classes]
    assert len(names) >= 2
    assert sum(count for _, count in facts.classes) == facts.photos
    spec = StudioSpec("conditional", size=8, steps=2, parameters=TINY, condition="events")
    run = library.studio.start(spec, Progress())
    assert list(library.studio.classes(run.id)) == names
    one = library.studio.generate(run.id, [5], condition=names[0]).pictures[0]
    other = library.studio.generate(run.id, [5], condition=names[1]).pictures[0]
    assert (one != other).any()
    in_turn = library.studio.generate(run.id, [5, 5]).pictures
    np.testing.assert_array_equal(in_turn[0], one, err_msg="untold it makes its classes in turn")
    np.testing.assert_array_equal(in_turn[1], other)
    with pytest.raises(ReverieError, match="knows no"):
        library.studio.generate(run.id, [5], condition="Moon")
    library.studio.delete(run.id)


def test_a_condition_needs_two_classes(library: Library) -> None:
    with pytest.raises(ReverieError, match="needs two of them"):
        library.studio.start(replace(SPEC, model="conditional", condition="albums", parameters=TINY), Progress())


def test_nearest_photos_of_a_library_that_another_network_described_are_none(library: Library, trained: Run) -> None:
    assert library.studio.nearest(library.studio.generate(trained.id, [1]).pictures[0]) == []


def test_imagining_more_like_a_group(library: Library, trained: Run) -> None:
    studio = library.studio
    (group, *_) = sorted(library.groups("events"), key=lambda group: -group.n_photos)
    plan = studio.imagine(group.id)
    assert plan.run_id == "", "what learned all photos has not learned this group in particular"
    assert plan.spec.scope == Scope("group", group.id)
    assert (plan.photos, group.title in plan.spec.note) == (group.n_photos, True)
    assert f"can be trained on its {group.n_photos} photos" in plan.said
    run = studio.start(replace(SPEC, model="conditional", condition="events", parameters=TINY), Progress())
    told = studio.imagine(group.id)
    assert (told.run_id, told.condition) == (run.id, group.title)
    studio.delete(run.id)
    with pytest.raises(KeyError):
        studio.imagine(10**6)


def _told(task: str, progress: Progress) -> str:
    progress.notice(f"{task} was met.")
    return task.upper()


def test_a_process_aside_works_on_after_errors_and_begins_anew_after_its_end(library: Library, trained: Run) -> None:
    aside, notices = Aside("test"), list[str]()
    progress = Progress(lambda report: notices.append(report.notice) if report.notice else None)
    try:
        assert aside.run(_told, "this", progress) == "THIS"
        assert notices == ["this was met."]
        first = aside._process.pid
        assert aside.run(_told, "that", progress) == "THAT"
        assert aside._process.pid == first, "it is the same process"
        os.kill(first, signal.SIGKILL)
        aside._process.join()
        assert aside.run(_told, "more", progress) == "MORE"
        assert aside._process.pid != first
    finally:
        aside.close()


def test_restoring_at_the_same_size_says_so() -> None:
    model = models.Model(models.ModelInfo("restore", "Restore", ""), 1, 0, lambda image: image)
    mark = enlarging.mark_of("/a/b.jpg", How("restore", 1), model)
    assert mark.sentence.startswith("Restored by a model")
