"""Why here?: the evidence for memberships and boundaries, in numbers, bars and photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import evidence
from app.jobs import JobRunner
from app.navigation import KIND_TITLES, Location, page_of
from app.theme import SPACE_S, SPACE_XS, Theme
from app.views.thumbs import ThumbGrid
from app.views.widgets import LinkButton, StrengthBar, button, label
from app.words import photos
from core.paths import thumb_path
from core.records import Membership, Scope
from core.records_corrections import Correction, WhyBoundary, WhyMember

STRIP = 4
"""Small photos in a row."""

ROW = 18
LEAST_SCALE = 2.0


class WhyParts:
    """Makes the parts of one "Why here?": what they have in common."""

    def __init__(self, theme: Theme, runner: JobRunner, root: str, width: int) -> None:
        self.theme, self.runner, self.root, self.width = theme, runner, root, width
        self._grids = 0

    def strip(self, shown: Sequence[tuple[int, str]], chosen: Callable[[int], object]) -> ThumbGrid:
        """A row of small photos, given as (id, what to call it)."""
        self._grids = (self._grids + 1) % 64
        side = (self.width - (STRIP - 1) * SPACE_XS) // STRIP
        made = ThumbGrid(
            self.theme,
            self.runner,
            lambda photo_id: thumb_path(self.root, photo_id),
            side,
            columns=STRIP,
            key=f"why-thumbs-{self._grids}",
        )
        made.chosen.connect(chosen)
        made.set_photos(list(shown)[:STRIP])
        return made


class MemberWhy(QWidget):
    """A group a photo is in: how sure, why, and the members most like it; and the way to the ``wider`` groups around
    it, which are more of the same."""

    group_wanted = Signal(object)
    photo_wanted = Signal(int)
    forget_wanted = Signal(int)

    def __init__(self, parts: WhyParts, why: WhyMember, wider: Sequence[WhyMember] = ()) -> None:
        super().__init__()
        membership = why.membership
        box = _column(self)
        box.addWidget(self._link(membership, membership.title))
        told = [KIND_TITLES.get(membership.kind, membership.kind), evidence.sureness(membership.strength)]
        if wider:
            told.insert(1, photos(membership.n_photos))
        box.addWidget(label(" · ".join(told), "small"))
        for line in evidence.lines(membership.kind, membership.reason):
            box.addWidget(label(line, "small", wrap=True))
        _alike(box, parts, why, self.photo_wanted.emit, self.forget_wanted.emit)
        for each in wider:
            box.addWidget(self._link(each.membership, evidence.wider_line(membership, each.membership)))
            if each.correction is not None and each.correction != why.correction:
                box.addWidget(Said(each.correction, self.forget_wanted.emit))

    def _link(self, membership: Membership, text: str) -> LinkButton:
        scope = Scope("group", membership.group_id)
        location = Location(page_of(membership.kind), scope, membership.title, membership.kind)
        link = LinkButton(text, lambda: self.group_wanted.emit(location))
        link.setToolTip(f"{membership.title}, in {KIND_TITLES.get(membership.kind, membership.kind)}")
        return link


class KindWhy(QWidget):
    """What is most like a photo among those of one of its kinds."""

    photo_wanted = Signal(int)
    forget_wanted = Signal(int)

    def __init__(self, parts: WhyParts, why: WhyMember) -> None:
        super().__init__()
        _alike(_column(self), parts, why, self.photo_wanted.emit, self.forget_wanted.emit)


class BoundaryWhy(QWidget):
    """A gap between two photos: its strength and what it rests on. ``title`` says which gap it is."""

    photo_wanted = Signal(int)
    forget_wanted = Signal(int)

    def __init__(self, parts: WhyParts, why: WhyBoundary, title: str) -> None:
        super().__init__()
        strength = why.boundary.strength
        self.setAccessibleName(f"{title}: {evidence.strength_line(why)}, {evidence.gap_line(why)}")
        box = _column(self)
        head = QHBoxLayout()
        head.addWidget(label(title), 1)
        head.addWidget(label(f"{strength:.2f}", "small"))
        head.addSpacing(SPACE_S)
        head.addWidget(StrengthBar(parts.theme, strength, title))
        box.addLayout(head)
        box.addWidget(label(evidence.gap_line(why), "small", wrap=True))
        if why.correction is not None or abs(why.raw - strength) > 0.05:
            box.addWidget(label(evidence.strength_line(why), "small", wrap=True))
        if why.terms:
            box.addWidget(Terms(parts.theme, why.terms))
        around = [*reversed(why.before[:2]), *why.after[:2]]
        if around:
            names = ["before the gap"] * len(why.before[:2]) + ["after the gap"] * len(why.after[:2])
            box.addWidget(parts.strip(list(zip(around, names, strict=True)), self.photo_wanted.emit))
        if why.correction is not None:
            box.addWidget(Said(why.correction, self.forget_wanted.emit))


class Said(QWidget):
    """What the person said that decided this, and a way to take it back."""

    def __init__(self, correction: Correction, forget: Callable[[int], object]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(label(f"You said: {correction.text}", "small", wrap=True), 1)
        if correction.active:
            link = button("Forget this", "link", lambda: forget(correction.id))
            link.setToolTip("The program decides for itself again. This can be undone.")
            row.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)


class Terms(QWidget):
    """What speaks for a boundary (to the right) and against it (to the left), as bars from a common middle."""

    def __init__(self, theme: Theme, terms: Sequence[tuple[str, float]]) -> None:
        super().__init__()
        self._theme, self._terms = theme, list(terms)
        self._scale = max(LEAST_SCALE, *(abs(value) for _, value in self._terms))
        self.setFixedHeight(ROW * len(self._terms))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("; ".join(_spoken(name, value) for name, value in self._terms))
        self.setToolTip("Log odds that each adds: to the right for a boundary, to the left against one")

    def sizeHint(self) -> QSize:
        return QSize(120, ROW * len(self._terms))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        bars = self.width() * 0.34
        for place, (name, value) in enumerate(self._terms):
            top = place * ROW
            self._word(painter, evidence.term(name), top, round(self.width() - bars - SPACE_S))
            middle = self.width() - bars / 2
            length = bars / 2 * min(abs(value) / self._scale, 1.0)
            x = middle if value >= 0 else middle - length
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent if value >= 0 else tokens.control))
            painter.drawRoundedRect(self._flip(QRectF(x, top + 5, max(length, 1.5), 8)), 2, 2)
            painter.setBrush(QColor(tokens.line))
            painter.drawRect(self._flip(QRectF(middle - 0.5, top + 1, 1, ROW - 2)))

    def _word(self, painter: QPainter, text: str, top: int, width: int) -> None:
        painter.setPen(QColor(self._theme.tokens.muted))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        flags = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        )
        painter.drawText(self._flip(QRectF(0, top, width, ROW)), int(flags), shown)

    def _flip(self, rect: QRectF) -> QRectF:
        if self.isRightToLeft():
            rect.moveLeft(self.width() - rect.right())
        return rect


def _alike(
    box: QVBoxLayout,
    parts: WhyParts,
    why: WhyMember,
    chosen: Callable[[int], object],
    forget: Callable[[int], object],
) -> None:
    """The members most like the photo, and what the person said."""
    if why.neighbours:
        box.addSpacing(2)
        named = [(photo_id, f"{round(100 * cosine)} % alike") for photo_id, cosine in why.neighbours]
        box.addWidget(parts.strip(named, chosen))
    if why.correction is not None:
        box.addWidget(Said(why.correction, forget))


def _spoken(name: str, value: float) -> str:
    return f"{evidence.term(name)} {'for' if value >= 0 else 'against'} a boundary, {abs(value):.1f}"


def _column(holder: QWidget) -> QVBoxLayout:
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(2)
    return box
