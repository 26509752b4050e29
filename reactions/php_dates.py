"""Dates written by PHP's letters, as templates that come from Omneo write them: `jS F Y` is “1st May 2026”."""

from datetime import datetime

ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else ENDINGS.get(day % 10, "th")


def hour_of_twelve(moment: datetime) -> int:
    return moment.hour % 12 or 12


def offset(moment: datetime, separator: str) -> str:
    written = moment.strftime("%z") or "+0000"
    return f"{written[:3]}{separator}{written[3:5]}"


def days_in_month(moment: datetime) -> int:
    from calendar import monthrange

    return monthrange(moment.year, moment.month)[1]


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


# strftime's names of days and months would follow the server's locale.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

LETTERS = {
    "d": lambda at: f"{at.day:02}",
    "D": lambda at: DAYS[at.weekday()][:3],
    "j": lambda at: str(at.day),
    "l": lambda at: DAYS[at.weekday()],
    "N": lambda at: str(at.isoweekday()),
    "S": lambda at: ordinal(at.day),
    "w": lambda at: str(at.isoweekday() % 7),
    "z": lambda at: str(at.timetuple().tm_yday - 1),
    "W": lambda at: f"{at.isocalendar().week:02}",
    "F": lambda at: MONTHS[at.month - 1],
    "m": lambda at: f"{at.month:02}",
    "M": lambda at: MONTHS[at.month - 1][:3],
    "n": lambda at: str(at.month),
    "t": lambda at: str(days_in_month(at)),
    "L": lambda at: str(int(is_leap(at.year))),
    "o": lambda at: str(at.isocalendar().year),
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "g": lambda at: str(hour_of_twelve(at)),
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{hour_of_twelve(at):02}",
    "H": lambda at: f"{at.hour:02}",
    "i": lambda at: f"{at.minute:02}",
    "s": lambda at: f"{at.second:02}",
    "u": lambda at: f"{at.microsecond:06}",
    "v": lambda at: f"{at.microsecond // 1000:03}",
    "e": lambda at: str(at.tzinfo),
    "T": lambda at: at.strftime("%Z"),
    "O": lambda at: offset(at, ""),
    "P": lambda at: offset(at, ":"),
    "p": lambda at: "Z" if offset(at, ":") == "+00:00" else offset(at, ":"),
    "Z": lambda at: str(int(at.utcoffset().total_seconds())),
    "c": lambda at: at.isoformat(timespec="seconds"),
    "r": lambda at: written(at, "D, d M Y H:i:s O"),
    "U": lambda at: str(int(at.timestamp())),
}


def written(at: datetime, form: str) -> str:
    """The aware moment by the letters of `form`; a backslash before a letter keeps it, and what is no letter stands as it is."""
    text, is_kept = "", False
    for letter in form:
        if is_kept or letter == "\\":
            text += letter if is_kept else ""
            is_kept = not is_kept
        else:
            text += LETTERS[letter](at) if letter in LETTERS else letter
    return text
