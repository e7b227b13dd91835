"""What the nodes of dates share: days and times checked, and a date some time after another.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

import datetime
from typing import TypeVar

_Day = TypeVar("_Day", bound=datetime.date)
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


def _date(name: str, value: object) -> datetime.date:
    """The day, also of a time or a text such as 2026-12-24, or an error that names the input."""
    if _is_day(value):
        return value.date() if isinstance(value, datetime.datetime) else value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise TypeError(f"{name}: a date such as 2026-12-24 was expected, not {value!r:.60}") from None


def _moment(name: str, value: object) -> datetime.datetime:
    """The date and time, of a day its beginning, also of a text, or an error that names the input."""
    if _is_day(value):
        if isinstance(value, datetime.datetime):
            return value
        return datetime.datetime(value.year, value.month, value.day)
    try:
        return datetime.datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise TypeError(
            f"{name}: a date such as 2026-12-24T18:30 was expected, not {value!r:.60}; Text to date reads others"
        ) from None


def _is_day(value: object) -> bool:
    """Whether it is a date or a time; the missing time of pandas is one that equals nothing, not even itself."""
    return isinstance(value, datetime.date) and value == value


def _later(name: str, start: _Day, amount: int, unit: str) -> _Day:
    """The date so long after the start, the last day of a month that is too short; an error that names the amount."""
    import calendar

    try:
        if unit in _SECONDS:
            step = datetime.timedelta(seconds=amount * _SECONDS[unit])
            # An hour later is an hour that passes, also in a night in which the clocks are changed.
            return start + step if start.tzinfo is None else _in_utc(start, step).astimezone(start.tzinfo)
        if unit in ("days", "weeks"):
            return start + datetime.timedelta(days=amount * (7 if unit == "weeks" else 1))
        months = start.year * 12 + start.month - 1 + amount * {"months": 1, "quarters": 3, "years": 12}[unit]
        year, month = months // 12, months % 12 + 1
        return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        raise ValueError(f"{name}: a date in the years 1 to 9999 was expected, {amount} {unit} leave them") from None


def _in_utc(moment: datetime.datetime, step: datetime.timedelta = datetime.timedelta(0)) -> datetime.datetime:
    return moment.astimezone(datetime.UTC) + step


def _ordered(start: datetime.datetime, end: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """Both in one zone, so that they can be compared; an error when one alone says its zone."""
    if (start.tzinfo is None) != (end.tzinfo is None):
        bare, other = ("start", "end") if start.tzinfo is None else ("end", "start")
        raise ValueError(f"{bare}: a time with a time zone was expected, as {other} has one; Set time zone adds it")
    return start, end if start.tzinfo is None else end.astimezone(start.tzinfo)
