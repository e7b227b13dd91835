"""Dates and times: read, shifted, measured and rounded, in time zones and over working days."""

from __future__ import annotations

import datetime

import pytest
from node_files import call

CALENDARS, DATES, TIMES, ZONES = "dates/calendars", "dates/days", "dates/times", "dates/zones"
UTC = datetime.UTC
DAY = datetime.date(2026, 1, 31)
AWARE = datetime.datetime(2026, 12, 24, 18, 30, tzinfo=UTC)


def at(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts)


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{DATES}.date", {"value": DAY}, DAY),
        (f"{DATES}.date", {"value": datetime.datetime(2026, 1, 31, 12)}, DAY),
        (f"{DATES}.shift_date", {"start": DAY}, datetime.date(2026, 2, 1)),
        (f"{DATES}.shift_date", {"start": DAY, "amount": 1, "unit": "months"}, datetime.date(2026, 2, 28)),
        (f"{DATES}.shift_date", {"start": DAY, "amount": -2, "unit": "months"}, datetime.date(2025, 11, 30)),
        (f"{DATES}.shift_date", {"start": DAY, "amount": -1, "unit": "weeks"}, datetime.date(2026, 1, 24)),
        (
            f"{DATES}.shift_date",
            {"start": datetime.date(2024, 2, 29), "amount": 1, "unit": "years"},
            datetime.date(2025, 2, 28),
        ),
        (
            f"{DATES}.shift_date",
            {"start": datetime.date(9999, 11, 30), "amount": 1, "unit": "months"},
            datetime.date(9999, 12, 30),
        ),
        (f"{DATES}.days_between", {"start": datetime.date(2026, 1, 1), "end": DAY}, 30),
        (f"{DATES}.days_between", {"start": DAY, "end": "2026-01-01"}, -30),
        (f"{DATES}.format_date", {"value": DAY, "pattern": "%d.%m.%Y"}, "31.01.2026"),
        (f"{DATES}.format_date", {"value": DAY}, "2026-01-31"),
        (f"{TIMES}.text_to_date", {"text": "2026-12-24"}, at(2026, 12, 24)),
        (f"{TIMES}.text_to_date", {"text": " 2026-12-24T18:30Z "}, AWARE),
        (f"{TIMES}.text_to_date", {"text": "24 Dec 26", "pattern": "%d %b %y"}, at(2026, 12, 24)),
        (f"{TIMES}.date_from_parts", {}, at(2026, 1, 1)),
        (f"{TIMES}.date_from_parts", {"year": 2028, "month": 2, "day": 29, "hour": 23}, at(2028, 2, 29, 23)),
        (f"{TIMES}.parts_of_date", {"value": at(2027, 1, 1, 5, 6, 7)}, (2027, 1, 1, 53, 1, 5, 1, 5, 6, 7)),
        (f"{TIMES}.parts_of_date", {"value": datetime.date(2026, 12, 31)}, (2026, 4, 12, 53, 31, 4, 365, 0, 0, 0)),
        (f"{TIMES}.shift_time", {"start": AWARE, "amount": 6}, AWARE + datetime.timedelta(hours=6)),
        (f"{TIMES}.shift_time", {"start": "2026-01-31T08:00", "unit": "months"}, at(2026, 2, 28, 8)),
        (f"{TIMES}.shift_time", {"start": at(2028, 2, 29), "amount": -1, "unit": "years"}, at(2027, 2, 28)),
        (f"{TIMES}.shift_time", {"start": at(2026, 1, 1), "amount": 0}, at(2026, 1, 1)),
        (f"{TIMES}.time_between", {"start": at(2026, 1, 1), "end": at(2026, 1, 1)}, 0.0),
        (f"{TIMES}.time_between", {"start": at(2026, 1, 2), "end": at(2026, 1, 1), "unit": "minutes"}, -1440.0),
        (f"{TIMES}.time_between", {"start": at(2026, 1, 1), "end": at(2026, 1, 15), "unit": "weeks"}, 2.0),
        (f"{TIMES}.time_between", {"start": at(2026, 1, 31), "end": at(2026, 2, 28), "unit": "months"}, 1.0),
        (f"{TIMES}.time_between", {"start": at(2026, 3, 1), "end": at(2024, 3, 2), "unit": "years"}, -1.0),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10, 40)}, at(2026, 5, 20, 10)),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10, 40), "direction": "nearest"}, at(2026, 5, 20, 11)),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10), "direction": "up"}, at(2026, 5, 20, 10)),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10, 1), "direction": "up", "step": 6}, at(2026, 5, 20, 12)),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10), "unit": "weeks"}, at(2026, 5, 18)),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10), "unit": "quarters"}, at(2026, 4, 1)),
        (f"{TIMES}.round_time", {"value": at(2026, 12, 1), "unit": "quarters", "direction": "up"}, at(2027, 1, 1)),
        (f"{TIMES}.round_time", {"value": at(2026, 5, 20, 10), "unit": "years", "direction": "up"}, at(2027, 1, 1)),
        (f"{TIMES}.to_unix_time", {"value": datetime.date(1970, 1, 2)}, 86_400.0),
        (f"{TIMES}.to_unix_time", {"value": at(1969, 12, 31, 23, 59), "unit": "milliseconds"}, -60_000.0),
        (f"{TIMES}.from_unix_time", {"value": 0}, datetime.datetime(1970, 1, 1, tzinfo=UTC)),
        (
            f"{TIMES}.from_unix_time",
            {"value": -1500, "unit": "milliseconds"},
            datetime.datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC),
        ),
        (f"{DATES}.format_date", {"value": AWARE, "pattern": "%H:%M %Z"}, "18:30 UTC"),
        (f"{ZONES}.time_zones", {"containing": "new york"}, ["America/New_York"]),
        (f"{ZONES}.time_zones", {"containing": "nowhere"}, []),
        (f"{CALENDARS}.range_of_dates", {"start": "2026-01-02", "end": "2026-01-01"}, []),
        (f"{CALENDARS}.range_of_dates", {"start": "2026-01-01", "end": "2026-01-01"}, [datetime.date(2026, 1, 1)]),
        (f"{CALENDARS}.range_of_dates", {"start": "9999-12-31", "end": "9999-12-31"}, [datetime.date(9999, 12, 31)]),
        (
            f"{CALENDARS}.range_of_dates",
            {"start": "2026-01-01", "end": "2026-01-20", "unit": "weeks"},
            [datetime.date(2026, 1, day) for day in (1, 8, 15)],
        ),
        (
            f"{CALENDARS}.period_of_date",
            {"value": "2026-06-10"},
            (datetime.date(2026, 6, 1), datetime.date(2026, 6, 30), 30),
        ),
        (
            f"{CALENDARS}.period_of_date",
            {"value": "9999-12-31", "unit": "quarter"},
            (datetime.date(9999, 10, 1), datetime.date(9999, 12, 31), 92),
        ),
        (
            f"{CALENDARS}.period_of_date",
            {"value": "2027-01-01", "unit": "week"},
            (datetime.date(2026, 12, 28), datetime.date(2027, 1, 3), 7),
        ),
        (
            f"{CALENDARS}.period_of_date",
            {"value": "2028-07-01", "unit": "year"},
            (datetime.date(2028, 1, 1), datetime.date(2028, 12, 31), 366),
        ),
        (f"{CALENDARS}.is_working_day", {"value": "2026-11-28"}, False),
        (f"{CALENDARS}.is_working_day", {"value": "2026-11-27", "holidays": []}, True),
        (f"{CALENDARS}.working_days_between", {"start": "2026-11-27", "end": "2026-11-27"}, 0),
        (f"{CALENDARS}.working_days_between", {"start": "2026-11-30", "end": "2026-11-27"}, -1),
        (
            f"{CALENDARS}.working_days_between",
            {"start": "2026-01-01", "end": "2027-01-01", "holidays": ["2026-01-01", "2026-01-03", "2027-01-01"]},
            260,
        ),
        (f"{CALENDARS}.shift_working_days", {"start": "2026-11-27"}, datetime.date(2026, 11, 30)),
        (f"{CALENDARS}.shift_working_days", {"start": "2026-11-28", "amount": 0}, datetime.date(2026, 11, 30)),
        (f"{CALENDARS}.shift_working_days", {"start": "2026-11-30", "amount": -1}, datetime.date(2026, 11, 27)),
        (f"{CALENDARS}.age", {"born": "2000-02-29", "on": "2026-02-28"}, (26, 0, 0)),
        (f"{CALENDARS}.age", {"born": "2000-02-29", "on": "2026-02-27"}, (25, 11, 29)),
        (f"{CALENDARS}.age", {"born": "2026-01-31", "on": "2026-01-31"}, (0, 0, 0)),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(node, arguments)
    assert result == expected
    assert getattr(result, "tzinfo", None) == getattr(expected, "tzinfo", None)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{DATES}.date", {"value": "tomorrow"}, TypeError, "value: a date such as"),
        (f"{DATES}.shift_date", {"start": DAY, "amount": 10**9}, ValueError, "amount: a date in the years"),
        (f"{DATES}.shift_date", {"start": DAY, "amount": 9000, "unit": "years"}, ValueError, "amount: a date"),
        (f"{DATES}.days_between", {"start": DAY, "end": None}, TypeError, "end: a date such as"),
        (f"{DATES}.format_date", {"value": 5}, TypeError, "value: a date such as"),
        (f"{TIMES}.text_to_date", {"text": ""}, ValueError, "text: a date written as text was expected, not ''"),
        (f"{TIMES}.text_to_date", {"text": None}, ValueError, "text: a date written as text was expected, not None"),
        (f"{TIMES}.text_to_date", {"text": "24.12.2026"}, ValueError, "text: a date such as .*or a pattern"),
        (f"{TIMES}.text_to_date", {"text": "24.12", "pattern": "%d.%m.%Y"}, ValueError, "text: a date written as '%d"),
        (f"{TIMES}.date_from_parts", {"month": 13}, ValueError, "month: 1 to 12 was expected, not 13"),
        (f"{TIMES}.date_from_parts", {"month": 2, "day": 29}, ValueError, "day: a day of month 2 in 2026"),
        (f"{TIMES}.parts_of_date", {"value": None}, TypeError, "value: a date such as"),
        (f"{TIMES}.shift_time", {"start": AWARE, "amount": 10**9, "unit": "days"}, ValueError, "amount: a date in the"),
        (f"{TIMES}.shift_time", {"start": at(9999, 12, 31), "amount": 24}, ValueError, "amount: a date in the years"),
        (f"{TIMES}.time_between", {"start": AWARE, "end": at(2026, 1, 1)}, ValueError, "end: a time with a time zone"),
        (f"{TIMES}.time_between", {"start": "soon", "end": AWARE}, TypeError, "start: a date such as"),
        (
            f"{TIMES}.round_time",
            {"value": AWARE, "unit": "minutes", "step": 7},
            ValueError,
            "step: for minutes, one of",
        ),
        (
            f"{TIMES}.round_time",
            {"value": AWARE, "unit": "days", "step": 2},
            ValueError,
            "step: for days, one of 1 was",
        ),
        (f"{TIMES}.to_unix_time", {"value": "now"}, TypeError, "value: a date such as"),
        (f"{TIMES}.from_unix_time", {"value": float("nan")}, ValueError, "value: a number of seconds"),
        (f"{TIMES}.from_unix_time", {"value": 1e18}, ValueError, "value: a number of seconds"),
        (f"{ZONES}.set_time_zone", {"value": AWARE, "zone": "Europe/Olso"}, ValueError, "zone: .*nearest: Europe/Oslo"),
        (f"{ZONES}.set_time_zone", {"value": AWARE, "zone": "New Yrok"}, ValueError, "zone: .*America/New_York"),
        (f"{ZONES}.set_time_zone", {"value": AWARE, "zone": ""}, ValueError, "zone: a time zone .* not ''$"),
        (f"{ZONES}.convert_time_zone", {"value": "noon"}, TypeError, "value: a date such as"),
        (
            f"{ZONES}.convert_time_zone",
            {"value": at(1, 1, 1), "otherwise": "Asia/Tokyo"},
            ValueError,
            "value: a time in",
        ),
        (f"{CALENDARS}.range_of_dates", {"start": "2026-01-01", "end": "2026-01-02", "step": 0}, ValueError, "step: 1"),
        (f"{CALENDARS}.range_of_dates", {"start": "0001-01-01", "end": "9999-01-01"}, ValueError, "step: at most"),
        (
            f"{CALENDARS}.period_of_date",
            {"value": "9999-12-31", "unit": "week"},
            ValueError,
            "value: a date whose week",
        ),
        (
            f"{CALENDARS}.is_working_day",
            {"value": "2026-01-01", "holidays": "2026-01-01"},
            TypeError,
            "holidays: a list",
        ),
        (
            f"{CALENDARS}.working_days_between",
            {"start": "2026-01-01", "end": "2026-02-01", "holidays": ["Easter"]},
            TypeError,
            "holidays, item 0: a date",
        ),
        (f"{CALENDARS}.shift_working_days", {"start": "9999-12-31"}, ValueError, "amount: a date in the years"),
        (f"{CALENDARS}.shift_working_days", {"start": "2026-01-01", "amount": 10**8}, ValueError, "amount: at most"),
        (f"{CALENDARS}.age", {"born": "2026-01-02", "on": "2026-01-01"}, ValueError, "on: a day not before the birth"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_a_missing_time_is_no_date() -> None:
    import pandas as pd

    for node in ("parts_of_date", "to_unix_time"):
        with pytest.raises(TypeError, match="value: a date such as"):
            call(f"{TIMES}.{node}", {"value": pd.NaT})


def test_now_knows_its_zone() -> None:
    before = datetime.datetime.now(UTC)
    assert before <= call(f"{TIMES}.now", {}) <= datetime.datetime.now(UTC)


def test_a_night_in_which_clocks_are_changed() -> None:
    """On 2026-03-29 at 02:00 clocks in Oslo went to 03:00: the day has 23 hours."""
    noon = call(f"{ZONES}.set_time_zone", {"value": "2026-03-28T12:00", "zone": "europe/oslo"})
    by_hours = call(f"{TIMES}.shift_time", {"start": noon, "amount": 24})
    by_days = call(f"{TIMES}.shift_time", {"start": noon, "unit": "days"})
    assert (by_hours.hour, by_days.hour) == (13, 12)
    assert call(f"{TIMES}.time_between", {"start": noon, "end": by_days}) == 23


def test_zones_are_converted() -> None:
    there = call(f"{ZONES}.convert_time_zone", {"value": AWARE, "zone": "Asia/Tokyo"})
    assert there == AWARE and there.isoformat() == "2026-12-25T03:30:00+09:00"
    bare = {"value": at(2026, 1, 1), "otherwise": "Asia/Tokyo"}
    assert call(f"{ZONES}.convert_time_zone", bare).isoformat() == "2025-12-31T15:00:00+00:00"
    assert "UTC" in call(f"{ZONES}.time_zones", {})


def test_today_is_today() -> None:
    before = datetime.date.today()
    assert before <= call(f"{DATES}.today", {}) <= datetime.date.today()
