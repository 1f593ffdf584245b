"""The files that could not be read: which, why, and what can be done about each."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.icons import pixmap
from app.models.problems import PROBLEM_ROLE, ProblemModel, as_text, whereabouts
from app.theme import ICON, RADIUS, SPACE_L, SPACE_M, SPACE_S, TYPE_SMALL, Theme
from app.views.reveal import show_in_folder
from app.views.widgets import button, focus_ring, label
from app.words import count
from core.paths import printable
from core.records import Problem

Index = QModelIndex | QPersistentModelIndex
ROW = 60


class _Rows(QStyledItemDelegate):
    """Three lines: the file, what is wrong with it, where it lies."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, problem = self._theme.tokens, index.data(PROBLEM_ROLE)
        shape = QRectF(option.rect.adjusted(4, 2, -4, -2))
        self._ground(painter, option, shape)
        unsupported = problem.stage == "unsupported"
        symbol = pixmap(
            "inspector" if unsupported else "problems",
            tokens.muted if unsupported else tokens.warning,
            ICON,
            painter.device().devicePixelRatioF(),
        )
        place = QRect(option.rect.left() + SPACE_L, option.rect.top() + 12, ICON, ICON)
        painter.drawPixmap(QStyle.visualRect(option.direction, option.rect, place).topLeft(), symbol)
        lines = (
            (printable(os.path.basename(problem.path)), tokens.text, 8, QFont.Weight.DemiBold),
            (problem.reason, tokens.text, 26, QFont.Weight.Normal),
            (whereabouts(problem), tokens.muted, 44, QFont.Weight.Normal),
        )
        for text, colour, top, weight in lines:
            self._line(painter, option, text, colour, top, weight)
        if option.state & QStyle.StateFlag.State_HasFocus:
            focus_ring(painter, shape, tokens.accent)

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, shape: QRectF) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.tokens.selected if chosen else self._theme.tokens.hover))
            painter.drawRoundedRect(shape, RADIUS, RADIUS)
            painter.restore()

    def _line(
        self, painter: QPainter, option: QStyleOptionViewItem, text: str, colour: str, top: int, weight: QFont.Weight
    ) -> None:
        font = QFont(option.font)
        font.setWeight(weight)
        if top > 40:
            font.setPixelSize(TYPE_SMALL)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        left = SPACE_L + ICON + SPACE_M
        line = QRect(option.rect.left() + left, option.rect.top() + top, option.rect.width() - left - SPACE_L, 18)
        spot = QStyle.visualRect(option.direction, option.rect, line)
        mode = Qt.TextElideMode.ElideMiddle if top > 40 else Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(text, mode, line.width())
        side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft)
        painter.drawText(spot, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


class ProblemsPage(QWidget):
    """A headline, the list, and three things to do. ``retry`` is called for "Try again"."""

    def __init__(self, theme: Theme, retry: Callable[[], object]) -> None:
        super().__init__()
        self.model = ProblemModel()
        self._title = label("", "title")
        self._text = label("The originals were not touched. All other photos are unaffected.", "muted", wrap=True)
        self.list = QListView()
        self.list.setModel(self.model)
        self._rows = _Rows(theme)
        self.list.setItemDelegate(self._rows)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("Files that could not be read")
        self.list.doubleClicked.connect(lambda _: self.show_in_folder())
        self.retry = button("Try again", "", retry)
        self.reveal = button("Show in folder", "quiet", self.show_in_folder)
        self.copy = button("Copy details", "quiet", self.copy_details)
        self.setFocusProxy(self.list)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._title)
        head.addWidget(self._text)
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addLayout(head, 1)
        for made in (self.reveal, self.copy, self.retry):
            top.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_S, 0)
        column.setSpacing(SPACE_M)
        column.addLayout(top)
        column.addWidget(self.list, 1)

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Show the list, keeping what is selected where it is still there."""
        chosen = {problem.path for problem in self._chosen()}
        self.model.set_problems(problems)
        self._title.setText(summary(problems))
        for row, problem in enumerate(self.model.problems):
            if problem.path in chosen:
                index = self.model.index(row)
                self.list.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)

    def copy_details(self) -> None:
        """Copy what is selected, or all if nothing is."""
        QGuiApplication.clipboard().setText(as_text(self._chosen() or self.model.problems))

    def show_in_folder(self) -> None:
        """Open the folder of the first file selected."""
        for problem in (self._chosen() or self.model.problems)[:1]:
            show_in_folder(problem.path)

    def _chosen(self) -> list[Problem]:
        rows = sorted(self.list.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [index.data(PROBLEM_ROLE) for index in rows]


def summary(problems: Sequence[Problem]) -> str:
    """``2 files could not be read, 1 only in part, 3 are not handled yet``; a photo read in part is on the wall."""
    later = sum(problem.stage == "unsupported" for problem in problems)
    partly = sum(problem.stage in ("metadata", "sidecar") for problem in problems)
    broken = len(problems) - later - partly
    parts = [f"{count(broken, 'file', 'files')} could not be read"] if broken or not (later or partly) else []
    if partly:
        parts.append(f"{partly:,} only in part" if parts else f"{count(partly, 'file', 'files')} read only in part")
    if later:
        are = "is" if later == 1 else "are"
        parts.append(
            f"{later:,} {are} not handled yet" if parts else f"{count(later, 'file', 'files')} {are} not handled yet"
        )
    return ", ".join(parts)
