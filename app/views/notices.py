"""Calm messages over the bottom of the window: they never take the keyboard and never block."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.errors import Notice
from app.icons import IconButton, pixmap
from app.theme import ICON, SPACE_L, SPACE_M, SPACE_S, Theme
from app.views.widgets import button, label

AT_MOST = 3
LASTING_MS = {"done": 5000, "news": 15000}
WIDTH = 460
ICONS = {"done": "check", "news": "inspector", "info": "inspector", "problem": "problems"}


class NoticeCard(QFrame):
    """One message with its advice, its action, "Copy details" and a way to close it."""

    closed = Signal()
    acted = Signal(str)

    def __init__(self, theme: Theme, notice: Notice) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.notice = notice
        self._theme = theme
        self._symbol = QLabel()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(notice.text, wrap=True))
        if notice.advice:
            words.addWidget(label(notice.advice, "muted", wrap=True))
        words.addLayout(self._offers())
        close = IconButton(theme, "close", "Close this message")
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_M)
        row.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._symbol.setContentsMargins(0, 6, 0, 0)
        words.setContentsMargins(0, 6, 0, 6)
        self.setAccessibleName(f"{notice.text} {notice.advice}".strip())
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 4)
        shadow.setColor(QColor(0, 0, 0, 70))
        self.setGraphicsEffect(shadow)
        self._tint()
        theme.changed.connect(self._tint)
        self._timer = QTimer(self, singleShot=True, interval=LASTING_MS.get(notice.kind, 0))
        self._timer.timeout.connect(self.closed)
        self._wait()

    @property
    def leaving(self) -> bool:
        """Whether it will go away by itself."""
        return self._timer.isActive()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()

    def _wait(self) -> None:
        if self.notice.kind in LASTING_MS:
            self._timer.start()

    def _offers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.setContentsMargins(0, 0, 0, 0)
        if self.notice.action is not None:
            text, name = self.notice.action
            row.addWidget(button(text, "link", lambda: self._act(name)))
        if self.notice.details:
            row.addWidget(button("Copy details", "link", self.copy_details))
        row.addStretch(1)
        return row

    def copy_details(self) -> None:
        notice = self.notice
        QGuiApplication.clipboard().setText("\n".join(filter(None, (notice.text, notice.advice, notice.details))))

    def _act(self, name: str) -> None:
        self.acted.emit(name)
        self.closed.emit()

    def _tint(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.warning if self.notice.kind == "problem" else tokens.muted
        self._symbol.setPixmap(pixmap(ICONS[self.notice.kind], colour, ICON, self.devicePixelRatio()))


class Notices(QObject):
    """Stacks at most three cards over the bottom of ``host``; some leave by themselves, not under the pointer."""

    acted = Signal(str)

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme, self._host = theme, host
        self._cards: list[NoticeCard] = []
        self.bottom = SPACE_L
        host.installEventFilter(self)

    @property
    def shown(self) -> list[Notice]:
        """The notices on screen, oldest first."""
        return [card.notice for card in self._cards]

    def show(self, notice: Notice) -> None:
        """Show one more; the same text twice is shown once."""
        for card in [card for card in self._cards if card.notice.text == notice.text]:
            self._remove(card)
        while len(self._cards) >= AT_MOST:
            self._remove(self._cards[0])
        card = NoticeCard(self._theme, notice)
        card.setParent(self._host)
        card.closed.connect(lambda: self._remove(card))
        card.acted.connect(self.acted)
        self._cards.append(card)
        card.show()
        card.raise_()
        self.place()

    def dismiss(self) -> bool:
        """Close the newest; False if there is none."""
        if not self._cards:
            return False
        self._remove(self._cards[-1])
        return True

    def place(self) -> None:
        """Put the cards where they belong in the host's present size."""
        width = min(WIDTH, self._host.width() - 2 * SPACE_L)
        bottom = self._host.height() - self.bottom
        for card in reversed(self._cards):
            card.setFixedWidth(width)
            height = max(card.sizeHint().height(), card.heightForWidth(width))
            bottom -= height
            card.setGeometry((self._host.width() - width) // 2, bottom, width, height)
            bottom -= SPACE_S

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def _remove(self, card: NoticeCard) -> None:
        if card in self._cards:
            self._cards.remove(card)
            card.hide()
            card.deleteLater()
            self.place()
