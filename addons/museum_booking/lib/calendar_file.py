# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calendar files (iCalendar, RFC 5545) of visits.

A calendar is synchronised to many places: no code of a ticket is ever in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import vobject

# The only UTC that vobject writes as such.
from vobject.icalendar import utc


@dataclass(frozen=True)
class Visit:
    """One entry of a calendar. Instants are aware; ``uid`` never changes."""

    uid: str
    sequence: int
    summary: str
    start_at: datetime
    end_at: datetime
    changed_at: datetime
    location: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False


def render(visits: list[Visit], language: str = "en") -> bytes:
    """The calendar file of ``visits``; times in UTC, which every calendar converts.

    :param str language: of the texts, such as ``en``
    """
    calendar = vobject.iCalendar()
    calendar.add("method").value = "PUBLISH"
    calendar.add("prodid").value = f"-//Museum Ticketing//Visit//{language.upper()}"
    for visit in visits:
        event = calendar.add("vevent")
        event.add("uid").value = visit.uid
        event.add("sequence").value = str(visit.sequence)
        event.add("dtstamp").value = visit.changed_at.astimezone(utc)
        event.add("dtstart").value = visit.start_at.astimezone(utc)
        event.add("dtend").value = visit.end_at.astimezone(utc)
        event.add("summary").value = visit.summary
        event.add("status").value = "CANCELLED" if visit.cancelled else "CONFIRMED"
        for name in ("location", "description", "url"):
            if text := getattr(visit, name):
                event.add(name).value = text
        if not visit.cancelled:
            alarm = event.add("valarm")
            alarm.add("action").value = "DISPLAY"
            alarm.add("description").value = visit.summary
            alarm.add("trigger").value = timedelta(hours=-2)
    return calendar.serialize().encode()
