"""Item models: ids and lazily fetched rows, never one object per photo."""
