"""A chart as it grows: each resource with every version it had, and from when on a version could be read.

What an export shows is the last version of each; what an EHR showed at an encounter is the version of that moment.
"""

import datetime
import json

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

DAY, HOUR, MINUTE = 86400, 3600, 60
EPOCH = datetime.date(1970, 1, 1).toordinal()


def day_text(day):
    """The calendar day of an ordinal."""
    return datetime.date.fromordinal(day).isoformat()


class Clock:
    """Instants are seconds since 1970 (UTC); a clock writes them as its place does."""

    def __init__(self, hours_from_utc):
        self.offset = hours_from_utc * HOUR
        self.zone = f"{hours_from_utc:+03d}:00"

    def at(self, day, hour=0, minute=0):
        return (day - EPOCH) * DAY + hour * HOUR + minute * MINUTE - self.offset

    def day(self, instant):
        return (instant + self.offset) // DAY + EPOCH

    def text(self, instant):
        day, second = divmod(instant + self.offset, DAY)
        return f"{day_text(day + EPOCH)}T{second // HOUR:02d}:{second // MINUTE % 60:02d}:{second % 60:02d}{self.zone}"


class Entry:
    """One resource. `key` names what an EHR answers it for (a prefetch key), if it would."""

    __slots__ = ("kind", "key", "versions")

    def __init__(self, kind, key, since, resource):
        self.kind, self.key = kind, key
        self.versions = [(since, resource)]

    def later(self, since, **changes):
        """From `since` on the resource reads so; None takes a member away."""
        resource = {**self.last(), **changes}
        self.versions.append((since, {name: value for name, value in resource.items() if value is not None}))

    def last(self):
        return self.versions[-1][1]

    def at(self, instant):
        """The version of that moment, or None before the first."""
        there = None
        for since, resource in self.versions:
            if since <= instant:
                there = resource
        return there


class Chart:
    """All of a patient. What was written after `until` is not there: the export was made then."""

    def __init__(self, number, until):
        self.number, self.until = number, until
        self.entries = []
        self.counts = {}
        self.noise = []  # (type, id, text) of what no rule reads

    def subject(self):
        return {"reference": f"Patient/p{self.number}"}

    def id(self, letter):
        count = self.counts[letter] = self.counts.get(letter, 0) + 1
        return f"p{self.number}-{letter}{count}"

    def add(self, since, resource, key=None):
        entry = Entry(resource["resourceType"], key, since, resource)
        self.entries.append(entry)
        return entry

    def export(self):
        """(type, id, text) of each resource as it stands at the end."""
        for entry in self.entries:
            resource = entry.at(self.until)
            if resource is not None:
                yield entry.kind, resource["id"], encode(resource)
        yield from self.noise
