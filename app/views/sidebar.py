"""The sidebar: where one can go, with counts; typing in the search field narrows it."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.icons import pixmap
from app.models.sidebar import COUNT_ROLE, ICON_ROLE, LOCATION_ROLE, MORE_ROLE, SidebarModel
from app.navigation import ALL, Location
from app.theme import ICON, RADIUS, SIDEBAR_WIDTH, Theme
from app.views.widgets import focus_ring, label
from app.words import number

ROW = 30
ASKING = ("new-kind",)
"""Pages of rows that ask for something: chosen by a click or by Enter, not in passing with the arrows."""
Index = QModelIndex | QPersistentModelIndex


class _Rows(QStyledItemDelegate):
    """Icon, title, count at the far edge; all mirrored where one reads from the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIDEBAR_WIDTH, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, whole = self._theme.tokens, option.rect
        name = index.data(ICON_ROLE)
        left = 2 if name else 12
        painter.setFont(option.font)
        if name:
            ratio = painter.device().devicePixelRatioF()
            place = QRect(whole.left() + left, whole.center().y() - ICON // 2, ICON, ICON)
            spot = QStyle.visualRect(option.direction, whole, place)
            painter.drawPixmap(spot.topLeft(), pixmap(name, tokens.muted, ICON, ratio))
            left += ICON + 8
        count = index.data(COUNT_ROLE)
        counted = number(count) + ("+" if index.data(MORE_ROLE) else "") if count else ""
        width = option.fontMetrics.horizontalAdvance(counted) + 2
        text = QRect(whole.left() + left, whole.top(), whole.width() - left - width - 20, whole.height())
        self._write(painter, option, text, index.data(), tokens.text, Qt.AlignmentFlag.AlignLeft)
        tail = QRect(whole.right() - width - 10, whole.top(), width, whole.height())
        self._write(painter, option, tail, counted, tokens.muted, Qt.AlignmentFlag.AlignRight)

    def _write(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        text: str,
        colour: str,
        side: Qt.AlignmentFlag,
    ) -> None:
        spot = QStyle.visualRect(option.direction, option.rect, rect)
        painter.setPen(QColor(colour))
        flags = QStyle.visualAlignment(option.direction, side) | Qt.AlignmentFlag.AlignVCenter
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(spot, int(flags | Qt.TextFlag.TextSingleLine), shown)


class _Tree(QTreeView):
    """A tree without lines: a chevron before what opens, one soft shape behind the chosen row."""

    entered_location = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.lit: Location | None = None
        self.setHeaderHidden(True)
        self.setIndentation(18)
        self.setAnimated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(False)
        self.setAccessibleName("Albums and groups")

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shape = QRectF(
            QRect(QPoint(4, option.rect.top() + 1), QSize(self.viewport().width() - 8, option.rect.height() - 2))
        )
        chosen = self.selectionModel().isSelected(index)
        lit = self.lit is not None and index.data(LOCATION_ROLE) == self.lit
        if lit or chosen or index == self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos())):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.tokens.selected if chosen else self._theme.tokens.hover))
            painter.drawRoundedRect(shape, RADIUS, RADIUS)
            painter.restore()
        self.drawBranches(painter, self._branch(option.rect, index), index)
        option.rect = self.visualRect(index)
        self.itemDelegate().paint(painter, option, index)
        if lit or (self.hasFocus() and index == self.currentIndex()):
            focus_ring(painter, shape, self._theme.tokens.accent)

    def _branch(self, row: QRect, index: Index) -> QRect:
        item = self.visualRect(index)
        if self.isRightToLeft():
            return QRect(item.right(), row.top(), self.viewport().width() - item.right(), row.height())
        return QRect(0, row.top(), item.left(), row.height())

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self.model().hasChildren(index):
            return
        closed = "back" if self.isRightToLeft() else "forward"
        drawn = pixmap(
            "expand" if self.isExpanded(index) else closed, self._theme.tokens.muted, 12, self.devicePixelRatio()
        )
        inner = rect.left() + 2 if self.isRightToLeft() else rect.right() - 13
        painter.drawPixmap(inner, rect.center().y() - 5, drawn)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.entered_location.emit(self.currentIndex().data(LOCATION_ROLE))
            return
        super().keyPressEvent(event)


class Sidebar(QWidget):
    """``chosen`` carries the Location that was clicked or reached by key."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, model: SidebarModel) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(SIDEBAR_WIDTH)
        self._model = model
        self._location = ALL
        self._proxy = QSortFilterProxyModel()
        self._proxy.setSourceModel(model)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tree = _Tree(theme)
        self.tree.setModel(self._proxy)
        self._rows = _Rows(theme)
        self.tree.setItemDelegate(self._rows)
        self.tree.selectionModel().currentChanged.connect(self._moved)
        self.tree.entered_location.connect(self.chosen)
        self.tree.clicked.connect(self._clicked)
        self._nothing = label("", "muted", wrap=True)
        self._nothing.setContentsMargins(16, 16, 16, 0)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        column.addWidget(self._nothing)
        column.addWidget(self.tree)
        model.rowsInserted.connect(lambda: self._say_nothing())
        model.openness_changed.connect(self.tree.doItemsLayout)
        theme.changed.connect(lambda _: self.tree.viewport().update())

    @property
    def model(self) -> SidebarModel:
        return self._model

    def show_location(self, location: Location) -> None:
        """Select the row of a location, opening nothing and telling nobody."""
        self._location = location
        index = self._proxy.mapFromSource(self._model.find(location))
        if index.isValid() and index.parent().isValid() and not self.tree.isExpanded(index.parent()):
            index = index.parent()
        blocked = self.tree.selectionModel().blockSignals(True)
        if index.isValid():
            self.tree.setCurrentIndex(index)
        else:
            self.tree.clearSelection()
        self.tree.selectionModel().blockSignals(blocked)
        self.tree.viewport().update()

    def search(self, text: str) -> None:
        """Show only what has the text in its title; an empty text shows everything, closed again."""
        text = text.strip()
        if text:
            self._model.fetch_all()
        blocked = self.tree.selectionModel().blockSignals(True)
        self._proxy.setFilterFixedString(text)
        self.tree.selectionModel().blockSignals(blocked)
        self.tree.expandAll() if text else self.tree.collapseAll()
        self._say_nothing()
        self.show_location(self._location)

    def location_at(self, at: QPoint) -> Location | None:
        """The location of the row under a point of the screen; None beside the rows."""
        spot = self.tree.viewport().mapFromGlobal(at)
        if not self.tree.isVisible() or not self.tree.viewport().rect().contains(spot):
            return None
        found: Location | None = self.tree.indexAt(spot).data(LOCATION_ROLE)
        return found

    def light(self, location: Location | None) -> None:
        """Show that the row of a location would take what is held over it."""
        if location != self.tree.lit:
            self.tree.lit = location
            self.tree.viewport().update()

    def open_row(self, location: Location) -> None:
        """Open the row of a location, if it is shown."""
        index = self._proxy.mapFromSource(self._model.find(location))
        if index.isValid():
            self.tree.expand(index)

    def choose_first(self) -> None:
        """Go to the best match of a search: the first group found, else the first row."""
        first = self._proxy.index(0, 0)
        below = self._proxy.index(0, 0, first)
        matched = self._proxy.filterRegularExpression().match(first.data() or "").hasMatch()
        index = first if matched or not below.isValid() else below
        if index.isValid():
            self.tree.setCurrentIndex(index)

    def _say_nothing(self) -> None:
        text = self._proxy.filterRegularExpression().pattern()
        empty = bool(text) and self._proxy.rowCount() == 0
        self._nothing.setText("No album or group has this in its title." if empty else "")
        self._nothing.setVisible(empty)
        if text and not empty:
            self.tree.expandAll()

    def _moved(self, index: QModelIndex, before: QModelIndex) -> None:
        location = index.data(LOCATION_ROLE)
        if location is not None and location.page not in ASKING:
            self.chosen.emit(location)

    def _clicked(self, index: QModelIndex) -> None:
        location = index.data(LOCATION_ROLE)
        if location is not None and location.page in ASKING:
            self.chosen.emit(location)
