"""Which macro a button calls: the name of the Sub that presses an action.

The generated VBA module and the buttons drawn on the sheets both take their names from here, so they cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from addin.errors import ConfigError

#: The VBA module that holds one Sub for each button.
MODULE: Final = "Buttons"
_ACTION_ID: Final = re.compile(r"[a-z]+(\.[a-z][a-z0-9_]*)+")


def sub_name(action_id: str) -> str:
    """The Sub that presses this action: `desk.refresh` is pressed by `Do_desk_refresh`.

    Raises:
        ConfigError: the id is not lower-case words joined by dots.
    """
    if not _ACTION_ID.fullmatch(action_id):
        raise ConfigError(
            f"{action_id!r} cannot name an action.", hint="Write it like desk.refresh.", code="CFG-ACTION"
        )
    return "Do_" + action_id.replace(".", "_")


def macro_name(action_id: str) -> str:
    """What a button on a sheet calls, with its module: `Buttons.Do_desk_refresh`."""
    return f"{MODULE}.{sub_name(action_id)}"


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it is drawn: the action it presses, its words, whether it is the sheet's main one, and its hint.

    A `held` button stands over the frozen column: it stays in reach however far the sheet is scrolled to the right.
    """

    action_id: str
    label: str
    primary: bool = False
    hint: str = ""
    held: bool = False
