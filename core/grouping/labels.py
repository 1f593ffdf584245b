"""What the network says that a photo of the library shows."""

from __future__ import annotations

from core.store.queries_vectors import vector_of
from core.store.store import Store


def labels_of(store: Store, photo_id: int) -> tuple[tuple[str, float], ...]:
    """(label, probability) of a photo, the likeliest first; empty while it has no vector."""
    found = vector_of(store, photo_id)
    if found is None:
        return ()
    from core.retrieve.labels import top_labels

    embedder, vector, norm = found
    return top_labels(embedder.name, embedder.version, vector, norm)
