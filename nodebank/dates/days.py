"""Dates: give them, shift them, measure between them, write them as text. Times of day are in `times.py`."""

from __future__ import annotations

import datetime
from typing import Literal

import loom
from _loom_dates import _date, _later, _moment


@loom.node(title="Date", keywords=["day", "calendar", "input", "value"])
def date(value: datetime.date) -> datetime.date:
    """Give a date.

    Args:
        value: The day.

    Example:
        >>> str(date(datetime(2026, 12, 24, 18, 30)))
        '2026-12-24'
    """
    return _date("value", value)


@loom.node(title="Today", cache=False, keywords=["date", "now", "day", "current"])
def today() -> datetime.date:
    """Give the date of today, by this computer's clock.

    Example:
        >>> today() == date.today()
        True
    """
    return datetime.date.today()


@loom.node(title="Shift date", keywords=["add days", "weeks", "months", "later", "earlier"])
def shift_date(
    start: datetime.date, amount: int = 1, unit: Literal["days", "weeks", "months", "years"] = "days"
) -> datetime.date:
    """Give the date some time after another, or before it.

    Where a month is too short, its last day is taken.

    Args:
        start: The date to count from.
        amount: How many; a negative number counts back.
        unit: What is counted.

    Example:
        >>> str(shift_date("2026-01-31", 1, "months"))
        '2026-02-28'
    """
    return _later("amount", _date("start", start), amount, unit)


@loom.node(title="Days between", keywords=["difference", "date", "duration", "age"])
def days_between(start: datetime.date, end: datetime.date) -> int:
    """Count the days from one date to another; negative when the second is earlier.

    Args:
        start: First date.
        end: Second date.

    Example:
        >>> days_between("2026-01-01", "2026-01-31")
        30
    """
    return (_date("end", end) - _date("start", start)).days


@loom.node(title="Format date", keywords=["text", "string", "strftime", "year", "month", "weekday"])
def format_date(value: datetime.date, pattern: str = "%Y-%m-%d") -> str:
    """Write a date, or a date with a time, as text.

    Args:
        value: The date.
        pattern: %Y is the year, %m the month, %d the day, %B the name of the month, %A of the weekday, %j the day of
            the year, %V the week, %H the hour, %M the minute, %S the second, %Z the time zone; other signs stay.

    Example:
        >>> format_date("2026-12-24", "%d.%m.%Y")
        '24.12.2026'
        >>> format_date("2026-12-24T18:30", "%H:%M")
        '18:30'
    """
    return _moment("value", value).strftime(pattern)
