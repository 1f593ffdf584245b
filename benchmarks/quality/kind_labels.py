"""Which kinds of photograph the classes of two public sets are, as far as that can be said honestly of every picture.

Per kind (``yes``: folders whose pictures are of the kind, ``open``: folders of which some are, so that they count
neither way); every other folder is counted as not of the kind. Kinds that none of these folders shows (landscape,
seaside, mountains, city, night, snow, concert, sport, aerial, document, screenshot) cannot be judged here.
"""

from __future__ import annotations

WILD = (
    "ant bass beaver butterfly cougar_body cougar_face crab crayfish crocodile crocodile_head dolphin dragonfly "
    "elephant emu flamingo flamingo_head gerenuk hawksbill hedgehog ibis kangaroo leopards lobster mayfly nautilus "
    "octopus okapi panda pigeon platypus rhino scorpion sea_horse tick wild_cat"
)
FLOWERS = "daisy dandelion roses sunflowers tulips"
PEOPLE = "faces faces_easy"

KIND_LABELS: dict[str, tuple[str, str]] = {
    "food": ("pizza", "strawberry lobster crab crayfish cup ewer bass"),
    "pets": ("dalmatian", "rooster garfield snoopy pigeon hedgehog wild_cat"),
    "wildlife": (WILD, "rooster llama starfish trilobite stegosaurus brontosaurus dalmatian lotus " + FLOWERS),
    "plants": (f"bonsai joshua_tree lotus sunflower water_lilly {FLOWERS}", "strawberry butterfly dragonfly gerenuk"),
    "vehicles": ("airplanes car_side ferry helicopter ketch motorbikes schooner", "wheelchair inline_skate wrench"),
    "architecture": ("minaret pagoda", "pyramid buddha barrel chandelier windsor_chair stop_sign schooner"),
    "portrait": (PEOPLE, "buddha garfield snoopy mandolin saxophone electric_guitar barrel headphone"),
    "macro": ("butterfly dragonfly mayfly", f"ant tick scorpion crab crayfish {FLOWERS} sunflower lotus water_lilly"),
}
"""Kind -> (folders that are of it, folders that may be), lower case, parted by spaces."""


def expected(kind: str, folder: str) -> bool | None:
    """Whether pictures of a folder are of a kind; None where that cannot be said. KeyError for a kind not judged."""
    yes, unclear = (words.split() for words in KIND_LABELS[kind])
    name = folder.lower()
    return True if name in yes else None if name in unclear or name == "background_google" else False
