"""Dates with a time of day: read, built, shifted, measured, rounded. Zones by name are in `zones.py`."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, NamedTuple

import loom
from _loom_dates import _in_utc, _later, _moment, _ordered

_LENGTHS = {"milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class DateParts(NamedTuple):
    """What `parts_of_date` gives."""

    year: int
    quarter: int
    month: int
    week: int
    day: int
    weekday: int
    day_of_year: int
    hour: int
    minute: int
    second: int


@loom.node(title="Now", cache=False, keywords=["date", "time", "clock", "current", "timestamp"])
def now() -> datetime.datetime:
    """Give the date and time of now, by this computer's clock and in its time zone.

    Example:
        >>> now().date() == date.today()
        True
    """
    return datetime.datetime.now().astimezone()


@loom.node(title="Text to date", keywords=["parse", "read", "time", "strptime", "iso", "convert", "timestamp"])
def text_to_date(text: str, pattern: str = "") -> datetime.datetime:
    """Read a date, or a date and time, that is written as text.

    Args:
        text: The text, such as 2026-12-24 or 2026-12-24T18:30+01:00.
        pattern: How it is written: %d.%m.%Y %H:%M reads 24.12.2026 18:30, with %b for Dec, %B for December, %y for 26,
            %I and %p for 6 PM, %z for +0100; empty: as in ISO 8601.

    Example:
        >>> str(text_to_date("24.12.2026 18:30", "%d.%m.%Y %H:%M"))
        '2026-12-24 18:30:00'
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text: a date written as text was expected, not {text!r:.60}")
    try:
        if pattern.strip():
            return datetime.datetime.strptime(text.strip(), pattern.strip())
        return datetime.datetime.fromisoformat(text.strip())
    except ValueError as error:
        wanted = (
            f"a date written as {pattern!r}" if pattern.strip() else "a date such as 2026-12-24T18:30, or a pattern,"
        )
        raise ValueError(f"text: {wanted} was expected, not {text!r:.60}: {error}") from None


@loom.node(title="Date from parts", keywords=["make", "create", "build", "year", "month", "time"])
def date_from_parts(
    year: Annotated[int, loom.Range(1, 9999)] = 2026,
    month: Annotated[int, loom.Range(1, 12)] = 1,
    day: Annotated[int, loom.Range(1, 31)] = 1,
    hour: Annotated[int, loom.Range(0, 23)] = 0,
    minute: Annotated[int, loom.Range(0, 59)] = 0,
    second: Annotated[int, loom.Range(0, 59)] = 0,
) -> datetime.datetime:
    """Make a date and time of numbers.

    Args:
        year: The year.
        month: The month, 1 to 12.
        day: The day of the month.
        hour: The hour, 0 to 23.
        minute: The minute.
        second: The second.

    Example:
        >>> str(date_from_parts(2026, 12, 24, 18, 30))
        '2026-12-24 18:30:00'
    """
    for name, value, low, high in (
        ("year", year, 1, 9999),
        ("month", month, 1, 12),
        ("hour", hour, 0, 23),
        ("minute", minute, 0, 59),
        ("second", second, 0, 59),
    ):
        if not low <= value <= high:
            raise ValueError(f"{name}: {low} to {high} was expected, not {value}")
    try:
        return datetime.datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise ValueError(f"day: a day of month {month} in {year} was expected, not {day}") from None


@loom.node(title="Parts of date", keywords=["year", "month", "day", "weekday", "hour", "week", "extract", "quarter"])
def parts_of_date(value: datetime.datetime) -> DateParts:
    """Take a date and time apart.

    Args:
        value: The date and time. Week and weekday are those of ISO 8601: Monday is 1, Sunday 7, and the week with the
            first Thursday of a year is its first.

    Example:
        >>> parts = parts_of_date("2026-12-24T18:30")
        >>> parts.year, parts.month, parts.day, parts.weekday, parts.week, parts.hour
        (2026, 12, 24, 4, 52, 18)
    """
    moment = _moment("value", value)
    _, week, weekday = moment.isocalendar()
    quarter, day_of_year = (moment.month + 2) // 3, moment.timetuple().tm_yday
    return DateParts(
        moment.year, quarter, moment.month, week, moment.day, weekday, day_of_year, moment.hour, moment.minute,
        moment.second,
    )  # fmt: skip


@loom.node(title="Shift time", keywords=["add hours", "minutes", "duration", "later", "earlier", "timedelta"])
def shift_time(
    start: datetime.datetime,
    amount: int = 1,
    unit: Literal["seconds", "minutes", "hours", "days", "weeks", "months", "years"] = "hours",
) -> datetime.datetime:
    """Give the time so long after another, or before it.

    Where a month is too short, its last day is taken. In a time zone, hours are those that pass; days keep the hour.

    Args:
        start: The time to count from.
        amount: How many; a negative number counts back.
        unit: What is counted.

    Example:
        >>> str(shift_time("2026-12-24T18:30", 90, "minutes"))
        '2026-12-24 20:00:00'
    """
    return _later("amount", _moment("start", start), amount, unit)


@loom.node(title="Time between", keywords=["difference", "duration", "elapsed", "hours", "minutes", "timedelta"])
def time_between(
    start: datetime.datetime,
    end: datetime.datetime,
    unit: Literal["milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "years"] = "hours",
) -> float:
    """Measure the time from one moment to another; negative when the second is earlier.

    Months and years differ in length: of them, only whole ones are counted.

    Args:
        start: First moment.
        end: Second moment.
        unit: What it is measured in.

    Example:
        >>> time_between("2026-12-24T18:30", "2026-12-25", "hours")
        5.5
        >>> time_between("2026-01-31", "2026-12-30", "months")
        10.0
    """
    first, second = _ordered(_moment("start", start), _moment("end", end))
    if unit in _LENGTHS:
        if first.tzinfo is not None:  # in one zone Python would leave out that the clocks are changed
            first, second = _in_utc(first), _in_utc(second)
        return (second - first).total_seconds() / _LENGTHS[unit]
    sign = 1 if second >= first else -1
    early, late = (first, second) if sign == 1 else (second, first)
    months = (late.year - early.year) * 12 + late.month - early.month
    if _later("start", early, months, "months") > late:
        months -= 1
    return float(sign * (months // 12 if unit == "years" else months))


@loom.node(title="Round time", keywords=["floor", "ceil", "truncate", "start of hour", "quarter", "period", "snap"])
def round_time(
    value: datetime.datetime,
    unit: Literal["seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"] = "hours",
    direction: Literal["down", "up", "nearest"] = "down",
    step: Annotated[int, loom.Range(1, 60)] = 1,
) -> datetime.datetime:
    """Round a time to a whole unit. Weeks begin on Monday.

    Args:
        value: The time.
        unit: What it is rounded to.
        direction: down: to the beginning of the unit; up: to the next, unless it begins one.
        step: 15 rounds to every 15th minute of the hour; for seconds, minutes and hours alone.

    Example:
        >>> str(round_time("2026-12-24T18:38", "minutes", step=15))
        '2026-12-24 18:30:00'
        >>> str(round_time("2026-12-24T18:38", "months", "up"))
        '2027-01-01 00:00:00'
    """
    moment = _moment("value", value)
    most = {"seconds": 60, "minutes": 60, "hours": 24}.get(unit, 1)
    if not 1 <= step <= most or most % step:
        fitting = ", ".join(str(number) for number in range(1, most + 1) if most % number == 0)
        raise ValueError(f"step: for {unit}, one of {fitting} was expected, not {step}")
    below = _beginning(moment, unit, step)
    if direction == "down" or below == moment:
        return below
    above = _later("value", below, step, unit)
    if direction == "up":
        return above
    return below if moment - below < above - moment else above


def _beginning(moment: datetime.datetime, unit: str, step: int) -> datetime.datetime:
    if unit == "seconds":
        return moment.replace(second=moment.second // step * step, microsecond=0)
    if unit == "minutes":
        return moment.replace(minute=moment.minute // step * step, second=0, microsecond=0)
    if unit == "hours":
        return moment.replace(hour=moment.hour // step * step, minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "days":
        return day
    if unit == "weeks":
        return day - datetime.timedelta(days=day.weekday())
    month = {"months": day.month, "quarters": (day.month - 1) // 3 * 3 + 1, "years": 1}[unit]
    return day.replace(month=month, day=1)


@loom.node(title="To Unix time", keywords=["timestamp", "epoch", "seconds", "milliseconds", "date"])
def to_unix_time(value: datetime.datetime, unit: Literal["seconds", "milliseconds"] = "seconds") -> float:
    """Count the seconds from the beginning of 1970 in UTC to a moment.

    Args:
        value: The moment; a time without a time zone counts as UTC.
        unit: What is counted.

    Example:
        >>> to_unix_time("2026-12-24T18:30+01:00")
        1798133400.0
    """
    moment = _moment("value", value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return (moment - _EPOCH) / datetime.timedelta(**{unit: 1})


@loom.node(title="From Unix time", keywords=["timestamp", "epoch", "seconds", "milliseconds", "date"])
def from_unix_time(value: float, unit: Literal["seconds", "milliseconds"] = "seconds") -> datetime.datetime:
    """Give the moment that lies so many seconds after the beginning of 1970, in UTC.

    Args:
        value: The number; negative lies before 1970.
        unit: What was counted.

    Example:
        >>> str(from_unix_time(1798133400))
        '2026-12-24 17:30:00+00:00'
    """
    try:
        return _EPOCH + datetime.timedelta(**{unit: float(value)})
    except (OverflowError, ValueError, TypeError):
        raise ValueError(
            f"value: a number of {unit} within the years 1 to 9999 was expected, not {value!r:.60}"
        ) from None
