"""The menu of an article's life: hand in, publish, validate, retire, each saying why not when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from hypercare_desk.domain.article import Article, Confidence, Status
from hypercare_desk.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Move:
    """One step of an article's life: its words, what was done when it is done, and why it cannot be done now."""

    words: str
    said: str
    run: Callable[[str], Article]
    why_not: str = ""
    icon: str = "ph.article"


def moves(desk: Desk, article: Article | None) -> tuple[Move, ...]:
    """The steps there are, for ``article`` as it stands."""
    knowledge = desk.knowledge
    status = article.status if article else None
    none = "" if article else _tr("no article is open")
    retired = _tr("the article is retired") if status is Status.RETIRED else ""
    checked = article is not None and article.confidence is Confidence.VALIDATED
    return (
        Move(
            _tr("Hand in for review"),
            _tr("{0} waits for review"),
            knowledge.submit,
            none or ("" if status is Status.DRAFT else _tr("only a draft can be handed in")),
            "ph.hand-pointing",
        ),
        Move(
            _tr("Publish"),
            _tr("{0} is published"),
            knowledge.publish,
            none or retired or (_tr("it is published") if status is Status.PUBLISHED else ""),
            "ph.paper-plane-tilt",
        ),
        Move(
            _tr("Validate"),
            _tr("{0} is validated"),
            knowledge.validate,
            none or retired or (_tr("it is validated") if checked else ""),
            "ph.circle-wavy-check",
        ),
        Move(_tr("Retire"), _tr("{0} is retired"), knowledge.retire, none or retired, "ph.archive"),
    )


def fill(menu: QMenu, steps: tuple[Move, ...], run: Callable[[Move], None], locked: str = "") -> None:
    """Add the steps to ``menu``; one that cannot be done is off and says why."""
    menu.setToolTipsVisible(True)
    for step in steps:
        action = menu.addAction(step.words, lambda step=step: run(step))
        action.setEnabled(not (step.why_not or locked))
        action.setToolTip(locked or step.why_not)


def _tr(words: str) -> str:
    return QCoreApplication.translate("LifeMenu", words)
