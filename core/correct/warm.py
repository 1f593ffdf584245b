"""What a first correction would wait for: modules, the names of places, the columns of the wall."""

from __future__ import annotations

from core.store.store import Store
from core.store.walls import Walls


def warm(store: Store, walls: Walls) -> None:
    """Load it all beforehand, about half a second of work; corrections are then as quick as later ones.

    The gazetteer is read only where photos have positions to name.
    """
    import core.correct.corrections
    import core.group.naming
    import core.group.quality
    import core.group.titles  # noqa: F401 (loading is what is wanted)
    from core.geo.names import gazetteer

    walls.warm()
    with store.read() as conn:
        located = conn.exec_driver_sql("SELECT 1 FROM photo WHERE lat IS NOT NULL LIMIT 1").first()
    if located is not None:
        gazetteer()
