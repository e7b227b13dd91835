# /// script
# dependencies = ["tzdata"]
# ///
"""Time zones by the names of the IANA database, such as Europe/Oslo. What needs no names is in `times.py`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import loom
from _loom_dates import _in_utc, _moment

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@loom.node(title="Set time zone", keywords=["timezone", "attach", "localize", "aware", "utc", "date"])
def set_time_zone(value: datetime.datetime, zone: str = "UTC") -> datetime.datetime:
    """Say in which time zone a time is meant; what the clock shows stays.

    Args:
        value: The time, such as 2026-07-01T12:00; a zone that it has is replaced.
        zone: Name of the zone, such as Europe/Oslo.

    Example:
        >>> str(set_time_zone("2026-07-01T12:00", "Europe/Oslo"))
        '2026-07-01 12:00:00+02:00'
    """
    return _moment("value", value).replace(tzinfo=_zone("zone", zone))


@loom.node(title="Convert time zone", keywords=["timezone", "astimezone", "local time", "utc", "date", "world clock"])
def convert_time_zone(value: datetime.datetime, zone: str = "UTC", otherwise: str = "UTC") -> datetime.datetime:
    """Give the same moment as the clocks of another time zone show it.

    Args:
        value: The time.
        zone: Name of the zone to give it in, such as Europe/Oslo.
        otherwise: Name of the zone in which the time is meant when it does not say.

    Example:
        >>> str(convert_time_zone("2026-07-01T12:00Z", "America/New_York"))
        '2026-07-01 08:00:00-04:00'
    """
    target, source = _zone("zone", zone), _zone("otherwise", otherwise)
    moment = _moment("value", value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=source)
    try:
        return _in_utc(moment).astimezone(target)
    except OverflowError:
        raise ValueError(f"value: a time in the years 1 to 9999 was expected in {zone} too, not {moment}") from None


@loom.node(title="Time zones", keywords=["timezone", "names", "list", "iana", "cities", "date"])
def time_zones(containing: str = "") -> list[str]:
    """List the names of time zones, in order.

    Args:
        containing: Only those with this in their name, such as Europe; empty: all.

    Example:
        >>> time_zones("Oslo")
        ['Europe/Oslo']
    """
    return [name for name in _names() if containing.strip().replace(" ", "_").lower() in name.lower()]


def _names() -> list[str]:
    import contextlib
    import zoneinfo

    with contextlib.suppress(ImportError):  # it is what zoneinfo reads where the system has no zones, as on Windows
        import tzdata  # noqa: F401
    return sorted(zoneinfo.available_timezones())


def _zone(name: str, zone: str) -> ZoneInfo:
    """The zone of that name, or an error that names the input and the zones that are nearest to it."""
    import zoneinfo

    text = str(zone).strip().replace(" ", "_")
    with_case = {known.lower(): known for known in _names()}
    if text.lower() in with_case:
        return zoneinfo.ZoneInfo(with_case[text.lower()])
    near = _nearest(text.lower(), list(with_case.values()))
    hint = f"; the nearest: {', '.join(near)}" if near else ""
    raise ValueError(f"{name}: a time zone such as Europe/Oslo was expected, not {zone!r:.60}{hint}")


def _nearest(text: str, names: list[str]) -> list[str]:
    """Up to three names that are near, as a whole or by the city alone."""
    from difflib import SequenceMatcher

    def likeness(name: str) -> float:
        whole = name.lower()
        return max(SequenceMatcher(None, text, part).ratio() for part in (whole, whole.rpartition("/")[2]))

    rated = sorted(((likeness(name), name) for name in names), key=lambda pair: (-pair[0], pair[1]))
    return [name for ratio, name in rated[:3] if ratio >= 0.6] if text else []
