"""Health: one question at a time, answered with one key, the most useful first; and what the answers have taught."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.health_words import aside, learned_line, progress_line, side_names
from app.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Theme
from app.thumbs.loader import BUCKETS, ThumbLoader
from app.views.picture import Picture
from app.views.states import State, StatePage
from app.views.widgets import button, label
from core.records_corrections import Health, Question

KEYS = {Qt.Key.Key_Y: "yes", Qt.Key.Key_N: "no", Qt.Key.Key_Space: "skip"}
SHOWN_KEYS = {"yes": "Y", "no": "N", "skip": "Space"}
AHEAD = 2
"""Questions whose photos are fetched before they are asked."""

NOTHING = State("health", "Nothing to ask", "The program is sure of its groups. New photos may bring new questions.")
ENOUGH = State(
    "check",
    "More answers would change little",
    "What the program is still unsure of concerns few photos. You can stop here, or go on all the same.",
    ("Go on", "more"),
)
WAIT = State("clock", "A moment", "The groups are being looked through for what is unsure.")


class HealthPage(QWidget):
    """``answered`` carries a question's key and the answer, ``photo_wanted`` a photo to go to, ``acted`` an action;
    ``wanted``: the questions are to be read again."""

    answered = Signal(str, str)
    photo_wanted = Signal(int)
    acted = Signal(str)
    wanted = Signal()

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self._health: Health | None = None
        self._queue: list[Question] = []
        self._given: set[str] = set()
        self._going_on = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Health")
        self.progress = label("", "muted")
        self.undo = button("Undo", "quiet", lambda: self.acted.emit("undo"))
        self.state = StatePage(theme, self._act)
        self.card = QuestionCard(theme, thumbs)
        self.card.answered.connect(self.answer)
        self.card.photo_wanted.connect(self.photo_wanted)
        self.learned = LearnedList(theme)
        self._middle = QStackedLayout()
        for key in ("Y", "N"):  # also while the sidebar has the keyboard
            QShortcut(QKeySequence(key), self, partial(self.answer, KEYS[Qt.Key[f"Key_{key}"]]))
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.progress, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.undo)
        self._middle.addWidget(self.state)
        self._middle.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addLayout(self._middle, 1)
        column.addWidget(self.learned)

    # ------------------------------------------------------------ what the program puts in

    def set_health(self, health: Health) -> None:
        """Open questions as they are now. The one on screen stays while it is open."""
        self._health = health
        shown = self.question
        fresh = [question for question in health.questions if question.key not in self._given]
        kept = next((question for question in fresh if shown is not None and question.key == shown.key), None)
        self._queue = fresh if kept is None else [kept, *(each for each in fresh if each is not kept)]
        self._show()

    def show_broken(self, error: BaseException) -> None:
        """The questions could not be read: say why, and let the person try again."""
        self._health, self._queue = None, []
        self._show()
        again = ("Try again", "retry-health")
        self.state.show_state(State("problems", "The questions could not be read", str(error), again))

    def settled(self, key: str) -> None:
        """An answer was taken, or refused: the next health tells whether its question is still open."""
        self._given.discard(key)

    @property
    def question(self) -> Question | None:
        """The question on screen, or None."""
        return self._queue[0] if self._queue and self._middle.currentWidget() is self.card else None

    # ------------------------------------------------------------ what the person does

    def answer(self, said: str) -> None:
        """Answer the question on screen; the next one is there at once."""
        question = self.question
        if question is None:
            return
        self._given.add(question.key)
        self._queue = self._queue[1:]
        self._show()
        self.answered.emit(question.key, said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        said = KEYS.get(Qt.Key(event.key()))
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if said is not None and plain and not event.isAutoRepeat():
            self.answer(said)
            return
        super().keyPressEvent(event)

    def _act(self, name: str) -> None:
        if name == "more":
            self._going_on = True
            self._show()
            self.setFocus()
        elif name == "retry-health":
            self.wanted.emit()
        else:
            self.acted.emit(name)

    def _show(self) -> None:
        health = self._health
        self.progress.setText("" if health is None else progress_line(health, len(self._given)))
        self.undo.setVisible(health is not None and health.answered + len(self._given) > 0)
        self.learned.show_parts(health)
        if health is not None and self._queue and (self._going_on or not health.enough):
            self.card.show_question(self._queue[0])
            self._middle.setCurrentWidget(self.card)
            for question in self._queue[1 : 1 + AHEAD]:
                for photo_id in (*question.left, *question.right):
                    self._thumbs.get(photo_id, BUCKETS[-1])
            return
        self.state.show_state(WAIT if health is None else ENOUGH if self._queue else NOTHING)
        self._middle.setCurrentWidget(self.state)


class QuestionCard(QWidget):
    """The question in plain words, the photos either side, and the answers with their keys."""

    answered = Signal(str)
    photo_wanted = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self._key = ""
        self.text = label("", "title", wrap=True)
        self.aside = label("", "muted", wrap=True)
        self.buttons: dict[str, QPushButton] = {}
        self._photos = QHBoxLayout()
        self._photos.setSpacing(SPACE_M)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addStretch(1)
        for said, words in (("yes", "Yes"), ("no", "No"), ("skip", "Not sure")):
            made = button(f"{words}  ·  {SHOWN_KEYS[said]}", "", partial(self.answered.emit, said))
            made.setAccessibleName(f"{words}, key {SHOWN_KEYS[said]}")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setMinimumWidth(132)
            self.buttons[said] = made
            row.addWidget(made)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self.text)
        told.addWidget(self.aside)
        column.addLayout(told)
        column.addLayout(self._photos, 1)
        column.addLayout(row)

    def show_question(self, question: Question) -> None:
        if question.key == self._key:
            return
        self._key = question.key
        self.text.setText(question.text)
        self.aside.setText(aside(question))
        self.setAccessibleName(f"{question.text} {aside(question)}")
        while (item := self._photos.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        left, right = side_names(question)
        self._side(question.left, left, question.left[-1 if question.kind == "boundary" else 0], outside_first=True)
        if question.right:
            line = QFrame()
            line.setObjectName("gapline")
            line.setFixedWidth(1)
            self._photos.addWidget(line)
            self._side(question.right, right, question.right[0], outside_first=False)

    def _side(self, photos: tuple[int, ...], name: str, near: int, *, outside_first: bool) -> None:
        """Photos of one side: the one nearest to the gap (or of the first pair) large, the others small beside it."""
        others = [photo_id for photo_id in photos if photo_id != near][:2]
        small = QVBoxLayout()
        small.setSpacing(SPACE_S)
        small.addStretch(1)
        for photo_id in others:
            small.addWidget(self._picture(photo_id, name), 3)
        small.addStretch(1)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        large = self._picture(near, name)
        if outside_first:
            row.addLayout(small, 1 if others else 0)
            row.addWidget(large, 3)
        else:
            row.addWidget(large, 3)
            row.addLayout(small, 1 if others else 0)
        self._photos.addWidget(holder, 1)

    def _picture(self, photo_id: int, name: str) -> Picture:
        made = Picture(self._theme, self._thumbs, photo_id, name)
        made.clicked.connect(lambda: self.photo_wanted.emit(photo_id))
        return made


class LearnedList(QScrollArea):
    """What answers have taught: the score of the plain rule and of what was learned, and which is in use."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMaximumHeight(112)
        self.setAccessibleName("What was learned")
        self.hide()

    def show_parts(self, health: Health | None) -> None:
        parts = health.learned if health is not None else ()
        if parts == self._shown:
            return
        self._shown = parts
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, SPACE_S, SPACE_XL, 0)
        column.setSpacing(2)
        column.addWidget(label("What was learned", "section"))
        for part in parts:
            made = label(learned_line(part), "small", wrap=True)
            made.setToolTip(part.why)
            column.addWidget(made)
        column.addStretch(1)
        self.setWidget(body)
        self.setVisible(bool(parts))
