"""The learners as the Lab offers them: every important parameter, named as in the literature, with its default."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ReverieError
from core.lab.learners import sizes_of
from core.records_lab import LEARNERS, LearnerInfo, Parameter, Value

INPUT = Parameter(
    "input", "vectors", "What it sees: the CNN's vectors, or thumbnails of 32 × 32 points.",
    choices=("vectors", "pictures"), basic=True,
)  # fmt: skip
EPOCHS = "How often it sees every photo."
RATE = "How far a step goes."
BATCH = "Photos of one step."
DECAY = "Pull of the weights to zero."
PATIENCE = Parameter("patience", 5, "Rounds without anything better after which it stops.", 1, 1000)


def _epochs(default: int, basic: bool = True, help: str = EPOCHS) -> Parameter:
    return Parameter("epochs", default, help, 1, 10_000, basic=basic)


def _rate(default: float) -> Parameter:
    return Parameter("learning_rate", default, RATE, 1e-6, 1.0, basic=True)


def _batch(default: int = 128) -> Parameter:
    return Parameter("batch_size", default, BATCH, 1, 4096)


ENERGY = ("reconstruction", "free_energy_gap", "pseudo_likelihood", "dead_units")


def learners() -> tuple[LearnerInfo, ...]:
    """All of them, in the order of the Lab."""
    return tuple(_TABLE[name] for name in LEARNERS)


def info(name: str) -> LearnerInfo:
    """One learner. Raises ValueError (a sentence) for a name that is none."""
    found = _TABLE.get(name)
    if found is None:
        raise ValueError(f"There is no learner “{name}”. There are: {', '.join(LEARNERS)}.")
    return found


def complete(name: str, given: Mapping[str, Value]) -> dict[str, Value]:
    """All parameters of a learner, those not given at their defaults, each checked and of its default's type.

    Raises ValueError (a sentence) for an unknown name or a value out of its range.
    """
    known = {each.name: each for each in info(name).parameters}
    for wanted in given:
        if wanted not in known:
            raise ValueError(f"{name} has no parameter “{wanted}”. It has: {', '.join(known)}.")
    return {each.name: _checked(each, given.get(each.name, each.default)) for each in known.values()}


def _checked(parameter: Parameter, value: Value) -> Value:
    value = _converted(parameter, value)
    if parameter.name.endswith("_sizes"):
        sizes_of(str(value))
    if parameter.choices and value not in parameter.choices:
        raise ValueError(f"{parameter.name} is one of {', '.join(parameter.choices)}, not “{value}”.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = parameter.low, parameter.high
        if (low is not None and value < low) or (high is not None and value > high) or value != value:
            raise ValueError(f"{parameter.name} is between {low:g} and {high:g}, not {value:g}.")
    return value


def _converted(parameter: Parameter, value: Value) -> Value:
    """A value (or its text, from the command line) of the type of the parameter's default."""
    kind = type(parameter.default)
    try:
        if kind is bool:
            return _truth(value)
        if kind is int and float(value) != int(float(value)):
            raise ValueError(value)
        return kind(float(value)) if kind in (int, float) else str(value)
    except (ValueError, TypeError, OverflowError):
        word = {bool: "yes or no", int: "a whole number", float: "a number"}.get(kind, "a text")
        raise ValueError(f"{parameter.name} is {word}, not “{value}”.") from None


def _truth(value: Value) -> bool:
    if isinstance(value, str):
        if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
            raise ValueError(value)
        return value.lower() in ("yes", "true", "1")
    return bool(value)


def require(name: str, photos: int) -> None:
    """Raises ReverieError where there are too few photos to learn from."""
    fewest = info(name).fewest
    if photos < fewest:
        raise ReverieError(
            f"{info(name).title} needs at least {fewest} photos that were looked at; there are {photos}."
        )


_CD = (
    Parameter("cd_k", 1, "Steps of Gibbs sampling per update (CD-k).", 1, 100),
    Parameter("centred", True, "Updates made of what differs from running means; more stable."),
    Parameter("momentum", 0.9, "Share of the step before that is kept.", 0.0, 0.999),
    Parameter("weight_decay", 1e-4, DECAY, 0.0, 1.0),
    Parameter("sparsity_target", 0.1, "Share of photos that a unit should answer to.", 0.001, 0.999),
    Parameter("sparsity_cost", 0.0, "How strongly that is asked for; 0: not at all.", 0.0, 10.0),
    Parameter("clip", 10.0, "Longest step's gradient.", 1e-3, 1e6),
    Parameter("batch_size", 64, BATCH, 1, 4096),
)

_TABLE: dict[str, LearnerInfo] = {
    "rbm": LearnerInfo(
        "rbm",
        "Restricted Boltzmann machine",
        "Features without labels; its free energy tells which photos are unlike the others.",
        (
            INPUT,
            Parameter("n_hidden", 256, "Hidden units.", 1, 4096, basic=True),
            _epochs(20),
            _rate(0.05),
            Parameter("persistent", False, "Chains that go on between updates (PCD); they sample better."),
            *_CD,
        ),
        ENERGY,
        50,
    ),
    "dbn": LearnerInfo(
        "dbn",
        "Deep belief network",
        "Stacked machines, fine-tuned as a deep autoencoder; on thumbnails it can dream.",
        (
            INPUT,
            Parameter("hidden_sizes", "512,256,128", "Units of each layer, from the bottom.", basic=True),
            _epochs(20, help="How often each layer sees every photo."),
            Parameter("up_down_epochs", 0, "Rounds in which all layers are tuned together (wake–sleep).", 0, 10_000),
            _rate(0.05),
            Parameter("gaussian_learning_rate", 0.01, "Step of the lowest layer where it sees vectors.", 1e-6, 1.0),
            Parameter("up_down_learning_rate", 0.01, "Step of the tuning together.", 1e-6, 1.0),
            Parameter("persistent_top", False, "Chains that go on in the top machine; for better dreams."),
            *_CD,
        ),
        ENERGY,
        50,
    ),
    "autoencoder": LearnerInfo(
        "autoencoder",
        "Autoencoder",
        "Compact vectors; what it cannot reproduce of a photo is what is odd about it.",
        (
            INPUT,
            Parameter("latent_dim", 64, "Numbers of a code.", 1, 2048, basic=True),
            _epochs(30),
            _rate(1e-3),
            Parameter("hidden_sizes", "512", "Units of each layer between vectors and code."),
            Parameter("width", 16, "Channels of the first convolution, where it sees thumbnails.", 1, 256),
            Parameter("noise", 0.3, "Spread of what is added to what it sees; it learns to take that away.", 0.0, 10.0),
            Parameter("weight_decay", 0.0, DECAY, 0.0, 1.0),
            _batch(),
            PATIENCE,
        ),
        ("loss", "reconstruction"),
        50,
    ),
    "codes": LearnerInfo(
        "codes",
        "Binary codes",
        "A few bytes a photo, so that a million can be searched where memory is short.",
        (
            Parameter("n_bits", 256, "Bits of a code, a multiple of 8.", 8, 1024, basic=True),
            _epochs(30),
            _rate(1e-2),
            Parameter("hidden_sizes", "512", "Units of each layer below the code."),
            Parameter("pretrain_epochs", 5, "Rounds of each layer's Boltzmann machine beforehand.", 1, 1000),
            Parameter("neighbours", 10, "Nearest photos whose codes are drawn together.", 1, 100),
            Parameter("steps", 3, "Longest walk from neighbour to neighbour.", 1, 10),
            Parameter("temperature", 0.3, "Of the contrast between neighbours and others.", 0.01, 10.0),
            Parameter("balance", 0.1, "How strongly each bit is to be on for half of the photos.", 0.0, 10.0),
            Parameter("decorrelation", 0.01, "How strongly bits are to differ from each other.", 0.0, 10.0),
            Parameter("sample", 20_000, "Photos that it learns from at most.", 100, 1_000_000),
            _batch(256),
        ),
        ("loss",),
        50,
    ),
    "rntn": LearnerInfo(
        "rntn",
        "Recursive neural tensor network",
        "Objects and regions in a photo, learned from the regions that you named.",
        (
            Parameter("tensor", True, "With the tensor; without it, a plain recursive network.", basic=True),
            Parameter("latent_dim", 32, "Numbers that describe a region.", 2, 128),
            Parameter("dropout", 0.2, "Share of a region's numbers left out in training.", 0.0, 0.9),
            Parameter("node_weight", 0.3, "Weight of the labels of larger regions.", 0.0, 10.0),
            Parameter("merge_weight", 0.3, "Weight of which regions belong together.", 0.0, 10.0),
            _epochs(8),
            Parameter("rank", 32, "Rank of the tensor; 0: in full.", 0, 128),
            Parameter("components", 160, "Principal components that describe a superpixel.", 2, 1024),
            Parameter("balance", 0.3, "How much larger regions wait for smaller ones.", 0.0, 10.0),
            Parameter("batch", 8, BATCH, 1, 64),
            _rate(3e-3),
            Parameter("weight_decay", 1e-2, DECAY, 0.0, 1.0),
        ),
        ("loss",),
        3,
    ),
    "capsule": LearnerInfo(
        "capsule",
        "Capsule network",
        "Teaches a tag from a few examples, beside a logistic probe and a convolutional head; the best is used.",
        (Parameter("name", "", "The tag to teach again from its examples.", basic=True),),
        (),
        5,
    ),
    "topics": LearnerInfo(
        "topics",
        "Topics of words",
        "Captions, keywords and names of folders, grouped by what they speak of.",
        (Parameter("most", 200, "How many topics at most, the largest.", 2, 1000, basic=True),),
        (),
        10,
    ),
}
