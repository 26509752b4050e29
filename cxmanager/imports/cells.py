"""Cells that no spreadsheet runs as a formula, and back."""

import re

# Plain numbers, such as -5, are no formulas.
FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")


def escaped(value):
    """The value as a cell: text that begins like a formula gets an apostrophe in front."""
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.match(value):
        return f"'{value}"
    return value


def unescaped(value):
    """What `escaped` was given, so that an exported file reads back as it was."""
    if isinstance(value, str) and value.startswith("'") and FORMULA.match(value[1:]):
        return value[1:]
    return value
