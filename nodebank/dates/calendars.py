"""Days of the calendar: rows of dates, periods, working days, ages. Days only; moments are in `times.py`."""

from __future__ import annotations

import calendar
import datetime
from typing import Annotated, Literal, NamedTuple

import loom
from _loom_dates import _date, _later

_MOST_DATES = 1_000_000


class Age(NamedTuple):
    """What `age` gives."""

    years: int
    months: int
    days: int


class Period(NamedTuple):
    """What `period_of_date` gives."""

    first: datetime.date
    last: datetime.date
    days: int


@loom.node(title="Range of dates", keywords=["sequence", "series", "calendar", "days", "every week", "list"])
def range_of_dates(
    start: datetime.date,
    end: datetime.date,
    step: Annotated[int, loom.Range(1, 10_000)] = 1,
    unit: Literal["days", "weeks", "months", "years"] = "days",
) -> list[datetime.date]:
    """List the dates from one to another, both among them; none when the second is earlier.

    Months are counted from the first date: from January 31, they end on their last days.

    Args:
        start: First date.
        end: No date comes after this one.
        step: How many units lie between two dates.
        unit: What is counted.

    Example:
        >>> [str(day) for day in range_of_dates("2026-01-31", "2026-04-01", 1, "months")]
        ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    first, last = _date("start", start), _date("end", end)
    if step < 1:
        raise ValueError(f"step: 1 or more was expected, not {step}")
    days: list[datetime.date] = []
    while len(days) <= _MOST_DATES:
        try:
            day = _later("step", first, len(days) * step, unit)
        except ValueError:  # the year 9999 has ended
            return days
        if day > last:
            return days
        days.append(day)
    raise ValueError(f"step: at most {_MOST_DATES:,} dates were expected, these are more")


@loom.node(title="Period of date", keywords=["start of month", "end of month", "last day", "week", "quarter", "first"])
def period_of_date(value: datetime.date, unit: Literal["week", "month", "quarter", "year"] = "month") -> Period:
    """Give the first and the last day of the week, month, quarter or year of a date, and how many days it has.

    Args:
        value: The date.
        unit: What is given; weeks go from Monday to Sunday.

    Example:
        >>> period = period_of_date("2028-02-10")
        >>> str(period.first), str(period.last), period.days
        ('2028-02-01', '2028-02-29', 29)
    """
    day = _date("value", value)
    try:
        if unit == "week":
            first = day - datetime.timedelta(days=day.weekday())
            last = first + datetime.timedelta(days=6)
        else:
            months = {"month": 1, "quarter": 3, "year": 12}[unit]
            first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
            month = first.month + months - 1
            last = first.replace(month=month, day=calendar.monthrange(first.year, month)[1])
    except OverflowError:
        raise ValueError(f"value: a date whose {unit} lies in the years 1 to 9999 was expected, not {day}") from None
    return Period(first, last, (last - first).days + 1)


@loom.node(title="Is working day", keywords=["weekend", "business day", "weekday", "holiday", "saturday", "sunday"])
def is_working_day(value: datetime.date, holidays: list[object] | None = None) -> bool:
    """Tell whether a date is no Saturday, no Sunday and no holiday.

    Args:
        value: The date.
        holidays: Dates that are free too; nothing: none.

    Example:
        >>> is_working_day("2026-12-25"), is_working_day("2026-12-25", ["2026-12-25"])
        (True, False)
    """
    return _works(_date("value", value), _free(holidays))


@loom.node(title="Working days between", keywords=["business days", "networkdays", "weekend", "holidays", "count"])
def working_days_between(start: datetime.date, end: datetime.date, holidays: list[object] | None = None) -> int:
    """Count the working days from one date up to, but without, another; negative when the second is earlier.

    Args:
        start: First date; it counts when it is a working day.
        end: Date before which the count ends.
        holidays: Dates that are free beside Saturdays and Sundays; nothing: none.

    Example:
        >>> working_days_between("2026-12-24", "2026-12-31", ["2026-12-25"])
        4
    """
    first, last = _date("start", start), _date("end", end)
    free = _free(holidays)
    if last < first:
        return -working_days_between(last, first, holidays)
    weeks, rest = divmod((last - first).days, 7)
    count = weeks * 5 + sum((first.weekday() + i) % 7 < 5 for i in range(rest))
    return count - sum(first <= day < last and day.weekday() < 5 for day in free)


@loom.node(title="Shift working days", keywords=["add business days", "workday", "deadline", "due date", "holidays"])
def shift_working_days(start: datetime.date, amount: int = 1, holidays: list[object] | None = None) -> datetime.date:
    """Give the working day that lies so many working days after a date, or before it.

    Args:
        start: The date to count from; with 0, it or the next working day is given.
        amount: How many working days; a negative number counts back.
        holidays: Dates that are free beside Saturdays and Sundays; nothing: none.

    Example:
        >>> str(shift_working_days("2026-12-24", 2, ["2026-12-25"]))
        '2026-12-29'
    """
    day, free = _date("start", start), _free(holidays)
    if abs(amount) > _MOST_DATES:
        raise ValueError(f"amount: at most {_MOST_DATES:,} days were expected, not {amount:,}")
    one = datetime.timedelta(days=1 if amount >= 0 else -1)
    try:
        left = abs(amount)
        while left or not _works(day, free):
            day += one
            left -= _works(day, free) if left else 0
    except OverflowError:
        raise ValueError(f"amount: a date in the years 1 to 9999 was expected, {amount} days leave them") from None
    return day


@loom.node(title="Age", keywords=["birthday", "years old", "date of birth", "duration", "anniversary"])
def age(born: datetime.date, on: datetime.date) -> Age:
    """Give the age on a day in whole years, and the months and days beyond them.

    Who is born on February 29 has the birthday on the 28th in other years.

    Args:
        born: Day of birth, or any beginning.
        on: The day on which the age is asked for; the node Today gives the age now.

    Example:
        >>> age("2000-02-29", "2026-12-24")
        Age(years=26, months=9, days=25)
    """
    first, last = _date("born", born), _date("on", on)
    if last < first:
        raise ValueError(f"on: a day not before the birth, {first}, was expected, not {last}")
    months = (last.year - first.year) * 12 + last.month - first.month
    if _later("born", first, months, "months") > last:
        months -= 1
    days = (last - _later("born", first, months, "months")).days
    return Age(months // 12, months % 12, days)


def _works(day: datetime.date, free: set[datetime.date]) -> bool:
    return day.weekday() < 5 and day not in free


def _free(holidays: object) -> set[datetime.date]:
    """The holidays as a set of days, or an error that names the input and the place of what is no date."""
    if holidays is None:
        return set()
    if isinstance(holidays, str | bytes) or not hasattr(holidays, "__iter__"):
        raise TypeError(f"holidays: a list of dates was expected, not {type(holidays).__name__}")
    return {_date(f"holidays, item {place}", day) for place, day in enumerate(holidays)}
