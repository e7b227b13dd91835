"""Dates: give them, shift them, measure between them, write them as text. Days only, no time zones."""

from __future__ import annotations

import calendar
import datetime
from typing import Literal

import loom


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
    day = _date("start", start)
    try:
        if unit in ("days", "weeks"):
            return day + datetime.timedelta(days=amount * (7 if unit == "weeks" else 1))
        months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
        year, month = months // 12, months % 12 + 1
        return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        raise ValueError(f"amount: a date in the years 1 to 9999 was expected, {amount} {unit} leave them") from None


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
    """Write a date as text.

    Args:
        value: The date.
        pattern: %Y is the year, %m the month, %d the day, %B the name of the month, %A of the weekday, %j the day of
            the year, %V the week; other signs stay.

    Example:
        >>> format_date("2026-12-24", "%d.%m.%Y")
        '24.12.2026'
    """
    return _date("value", value).strftime(pattern)


def _date(name: str, value: object) -> datetime.date:
    """The day, also of a time or a text such as 2026-12-24, or an error that names the input."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise TypeError(f"{name}: a date such as 2026-12-24 was expected, not {value!r:.60}") from None
