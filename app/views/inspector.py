"""The inspector: one photo's facts, its kinds, the groups it is in and why, and what looks like it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QLayoutItem, QScrollArea, QVBoxLayout, QWidget

from app.evidence import by_level, lines
from app.icons import pixmap
from app.jobs import JobRunner
from app.navigation import KIND_TITLES, Location, page_of
from app.theme import INSPECTOR_WIDTH, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.views.facts import Fact, facts, file_lines
from app.views.reveal import show_in_folder
from app.views.thumbs import COLUMNS, ThumbGrid
from app.views.why import BoundaryWhy, KindWhy, MemberWhy, WhyParts
from app.views.widgets import ElidedLabel, LinkButton, Stars, StrengthBar, button, label
from app.words import photos, version_line
from core.paths import thumb_path
from core.records import Membership, PhotoDetails, Scope
from core.records_corrections import Why, WhyBoundary, WhyMember
from core.records_studio import Version

INNER = INSPECTOR_WIDTH - 2 * SPACE_L - 8


class Inspector(QFrame):
    """``rated`` carries stars, ``group_wanted`` a Location, ``photo_wanted`` a photo's id, ``forget_wanted`` that of a
    correction to be taken back; ``acted`` the id of an action."""

    rated = Signal(int)
    group_wanted = Signal(object)
    photo_wanted = Signal(int)
    forget_wanted = Signal(int)
    acted = Signal(str)

    def __init__(self, theme: Theme, runner: JobRunner, root: str) -> None:
        super().__init__()
        self.setObjectName("inspectorPanel")
        self.setFixedWidth(INSPECTOR_WIDTH)
        self.setAccessibleName("Inspector")
        self._theme, self._runner, self._root = theme, runner, root
        self._details: PhotoDetails | None = None
        self._found: tuple[int, list[tuple[int, float]]] = (0, [])
        self._versions: tuple[int, tuple[Version, ...]] = (0, ())
        self._versions_part: QWidget | None = None
        self._similar: ThumbGrid | None = None
        self._similar_part: QWidget | None = None
        self._parts = WhyParts(theme, runner, root, INNER)
        self._why: Why | None = None
        self._why_part: QWidget | None = None
        self._kind_boxes: dict[int, QVBoxLayout] = {}
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setObjectName("inspectorView")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        theme.changed.connect(lambda _: self._again())

    @property
    def photo_id(self) -> int | None:
        """The photo shown, or None."""
        return self._details.row.id if self._details is not None else None

    def show_nothing(self, selected: int = 0) -> None:
        """No single photo to show: an invitation, or the number selected with stars for all of them."""
        self._details = None
        column = self._fresh()
        if selected:
            column.addWidget(label(f"{photos(selected)} selected", "strong", wrap=True))
            column.addWidget(self._stars(0))
        else:
            hint = label("Select a photo to see when, where and why it is here.", "muted", wrap=True)
            column.addWidget(hint)
        column.addStretch(1)

    def show_details(self, details: PhotoDetails, *, redraw: bool = False) -> None:
        """Everything about one photo; its look-alikes come by ``show_similar``. The same again changes nothing."""
        if details == self._details and not redraw:
            return
        same = self.photo_id == details.row.id
        place = self._scroll.verticalScrollBar().value() if same else 0
        self._details = details
        column = self._fresh()
        self._head(column, details)
        self._kinds(column, details)
        self._groups(column, details)
        self._similar_part = QWidget()
        column.addWidget(self._similar_part)
        self._similar_part.hide()
        self._versions_part = QWidget()
        column.addWidget(self._versions_part)
        self._versions_part.hide()
        self._files(column, details)
        column.addStretch(1)
        self._show_found()
        self._show_versions()
        self._scroll.verticalScrollBar().setValue(place)

    def show_similar(self, photo_id: int, found: Sequence[tuple[int, float]]) -> None:
        """Look-alikes as (photo id, cosine); shown beside the details of that photo, whichever comes first."""
        if (photo_id, list(found)) != self._found:
            self._found = (photo_id, list(found))
            self._show_found()

    def show_versions(self, photo_id: int, found: Sequence[Version]) -> None:
        """The enlarged versions in the stack of a photo; shown beside its details, whichever comes first."""
        if (photo_id, tuple(found)) != self._versions:
            self._versions = (photo_id, tuple(found))
            if self._details is not None and photo_id == self.photo_id:
                self.show_details(self._details, redraw=True)

    def _show_versions(self) -> None:
        of, found = self._versions
        holder = self._versions_part
        if not found or of != self.photo_id or holder is None:
            return
        part = _column(holder)
        part.addWidget(label("Enlarged, by a model", "section"))
        for version in found:
            part.addWidget(ElidedLabel(version_line(version)))
            part.addWidget(LinkButton("Show in folder", partial(show_in_folder, version.path)))
        part.addWidget(LinkButton("Compare with the photo", lambda: self.acted.emit("enlarge")))
        holder.show()

    def _show_found(self) -> None:
        of, found = self._found
        shown = [(other, f"{round(100 * score)} % alike") for other, score in found if other != of][:6]
        if not shown or of != self.photo_id or self._similar_part is None:
            return
        if self._similar is not None:
            self._similar.set_photos(shown)
            return
        side = (INNER - (COLUMNS - 1) * SPACE_XS) // COLUMNS
        self._similar = ThumbGrid(self._theme, self._runner, lambda i: thumb_path(self._root, i), side)
        self._similar.setObjectName("similar")
        self._similar.chosen.connect(self.photo_wanted)
        part = _column(self._similar_part)
        part.addWidget(label("Looks like", "section"))
        part.addWidget(self._similar)
        self._similar.set_photos(shown)
        self._similar_part.show()

    def show_why(self, why: Why, *, focus: bool = False) -> None:
        """The evidence for the photo shown, in place of the short reasons; ``focus``: bring it into view."""
        if why != self._why:
            self._why = why
            self._fill_why()
        if focus and self._why_part is not None:
            first = self._why_part.findChild(LinkButton)
            if first is not None:
                first.setFocus(Qt.FocusReason.ShortcutFocusReason)
            QTimer.singleShot(0, self._why_part, self._reveal_why)

    def show_boundary(self, why: WhyBoundary) -> None:
        """What speaks for and against a boundary, in place of a photo."""
        self._details = None
        column = self._fresh()
        column.addWidget(label("Why here?", "section"))
        column.addWidget(self._wired(BoundaryWhy(self._parts, why, "Between these two")))
        column.addStretch(1)

    def _fill_why(self) -> None:
        """Turn the part on groups into the evidence, once both are there for the same photo."""
        why, part = self._why, self._why_part
        if part is None or why is None or why.photo_id != self.photo_id:
            return
        column = part.layout()
        assert isinstance(column, QVBoxLayout)
        while (item := column.takeAt(1)) is not None:
            _drop(item)
        members = [member for member in why.members if member.membership.kind != "kinds"]
        for member, wider in by_level(sorted(members, key=lambda each: each.membership.kind != "events")):
            column.addWidget(self._wired(MemberWhy(self._parts, member, wider)))
            if member.membership.kind == "events":
                for title, edge in (("Its event begins", why.before), ("Its event ends", why.after)):
                    if edge is not None:
                        column.addWidget(self._wired(BoundaryWhy(self._parts, edge, title)))
        for member in why.members:
            box = self._kind_boxes.pop(member.membership.group_id, None)
            if box is not None:
                box.addWidget(self._wired(KindWhy(self._parts, member)))

    def _wired(self, made: MemberWhy | BoundaryWhy | KindWhy) -> QWidget:
        made.photo_wanted.connect(self.photo_wanted)
        made.forget_wanted.connect(self.forget_wanted)
        if isinstance(made, MemberWhy):
            made.group_wanted.connect(self.group_wanted)
        return made

    def _reveal_why(self) -> None:
        if self._why_part is not None:
            self._scroll.verticalScrollBar().setValue(self._why_part.y())

    # ------------------------------------------------------------ parts

    def _fresh(self) -> QVBoxLayout:
        self._similar = self._similar_part = self._why_part = self._versions_part = None
        self._kind_boxes.clear()
        body = QWidget()
        body.setObjectName("inspectorBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_L)
        self._scroll.setWidget(body)
        return column

    def _again(self) -> None:
        if self._details is not None:
            self.show_details(self._details, redraw=True)

    def _stars(self, rating: int) -> Stars:
        stars = Stars(self._theme)
        stars.set_value(rating)
        stars.rated.connect(self.rated)
        return stars

    def _head(self, column: QVBoxLayout, details: PhotoDetails) -> None:
        part = self._part(column, "")
        about = facts(details)
        part.addWidget(ElidedLabel(about.name, "strong", Qt.TextElideMode.ElideMiddle))
        if details.row.missing:
            part.addWidget(label("The file is not there at the moment. Its drive may be away.", "warning", wrap=True))
        if about.caption:
            part.addWidget(label(about.caption, wrap=True))
        stars = self._stars(details.row.rating)
        part.addWidget(stars)
        for fact in about.lines:
            part.addLayout(self._fact(fact))

    def _fact(self, fact: Fact) -> QLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        symbol = QLabel()
        symbol.setPixmap(pixmap(fact.icon, self._theme.tokens.muted, 16, self.devicePixelRatioF()))
        symbol.setContentsMargins(0, 1, 0, 0)
        row.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        for place, text in enumerate(fact.texts):
            made = label(text, "" if place == 0 else "small", wrap=True)
            made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(made)
        row.addLayout(words, 1)
        return row

    def _kinds(self, column: QVBoxLayout, details: PhotoDetails) -> None:
        kinds = [membership for membership in details.memberships if membership.kind == "kinds"]
        if not kinds:
            return
        part = self._part(column, "Kinds")
        for kind in kinds:
            row = QHBoxLayout()
            row.addWidget(self._link(kind), 1)
            row.addWidget(label(f"{kind.strength:.2f}", "small"))
            row.addSpacing(SPACE_S)
            row.addWidget(StrengthBar(self._theme, kind.strength, kind.title))
            box = QVBoxLayout()
            box.setSpacing(0)
            box.addLayout(row)
            for line in lines("kinds", kind.reason):
                box.addWidget(label(line, "small", wrap=True))
            self._kind_boxes[kind.group_id] = box
            part.addLayout(box)

    def _groups(self, column: QVBoxLayout, details: PhotoDetails) -> None:
        shown = [membership for membership in details.memberships if membership.kind != "kinds"]
        if not shown:
            return
        part = self._part(column, "Why here?")
        part.setSpacing(SPACE_M)
        self._why_part = part.parentWidget()
        for member, wider in by_level([WhyMember(membership) for membership in shown]):
            part.addWidget(self._wired(MemberWhy(self._parts, member, wider)))
        self._fill_why()

    def _link(self, membership: Membership) -> LinkButton:
        scope = Scope("group", membership.group_id)
        location = Location(page_of(membership.kind), scope, membership.title, membership.kind)
        link = LinkButton(membership.title, lambda: self.group_wanted.emit(location))
        link.setToolTip(f"{membership.title}, in {KIND_TITLES.get(membership.kind, membership.kind)}")
        return link

    def _files(self, column: QVBoxLayout, details: PhotoDetails) -> None:
        part = self._part(column, "Files")
        for path, about in file_lines(details):
            made = ElidedLabel(path, "", Qt.TextElideMode.ElideMiddle)
            part.addWidget(made)
            part.addWidget(label(about, "small"))
        first = details.files[0].path if details.files else details.row.path
        link = button("Show in folder", "link", lambda: show_in_folder(first))
        part.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)

    def _part(self, column: QVBoxLayout, title: str) -> QVBoxLayout:
        holder = QWidget()
        part = _column(holder)
        if title:
            part.addWidget(label(title, "section"))
        column.addWidget(holder)
        return part


def _drop(item: QLayoutItem) -> None:
    widget = item.widget()
    if widget is not None:
        widget.setParent(None)
        widget.deleteLater()


def _column(holder: QWidget) -> QVBoxLayout:
    part = QVBoxLayout(holder)
    part.setContentsMargins(0, 0, 0, 0)
    part.setSpacing(SPACE_S)
    return part
