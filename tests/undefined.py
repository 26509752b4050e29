"""An undefined variable in one of this project's templates fails the test; in Django's and unfold's it stays empty."""

import sys
from pathlib import Path

OURS = str(Path(__file__).resolve().parent.parent)


class LoudWhenOurs(str):
    """Django asks whether `string_if_invalid` is true before it uses it: that is the moment at which to look whose template it is."""

    def __bool__(self) -> bool:
        origin = _template_being_rendered()
        if origin.startswith(OURS) and "/.venv/" not in origin:
            raise AssertionError(f"Undefined variable in {origin}.")
        return False


def _template_being_rendered() -> str:
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "render_annotated":
            return str(getattr(frame.f_locals["self"].origin, "name", ""))
        frame = frame.f_back
    return ""
