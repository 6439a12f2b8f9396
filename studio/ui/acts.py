"""What all that is done in the window stands on: the window, the open session, and errors shown in the notice."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from studio.core.errors import StudioError
from studio.qt.session import Session

if TYPE_CHECKING:
    from studio.ui.window import MainWindow

P = ParamSpec("P")


class Acts:
    """Lives on the GUI thread, belongs to one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    @property
    def _session(self) -> Session | None:
        return self._window.workspace.session

    @property
    def _segment(self) -> str:
        return self._window.shown.segment if self._window.shown is not None else ""

    def tell(self, error: StudioError) -> None:
        self._window.notice.show_error(error)


A = TypeVar("A", bound=Acts)


def told(act: Callable[Concatenate[A, P], None]) -> Callable[Concatenate[A, P], None]:
    """An act whose StudioErrors are shown in the notice."""

    @wraps(act)
    def acting(self: A, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(self, *args, **kwargs)
        except StudioError as error:
            self.tell(error)

    return acting
