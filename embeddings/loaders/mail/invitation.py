"""An invitation (iCalendar, RFC 5545) as lines of text: what, when, where, who."""

from __future__ import annotations

import re

_FIELDS = {
    "SUMMARY": "Summary",
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "DURATION": "Duration",
    "LOCATION": "Location",
}
_FIELDS |= {
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendees",
    "STATUS": "Status",
    "RRULE": "Repeats",
    "DESCRIPTION": "Description",
}
_ORDER = tuple(_FIELDS.values())
_KINDS = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Note"}
_LINE = re.compile(r"(?P<name>[A-Za-z-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)", re.DOTALL)
_PARAMETER = re.compile(r";(?P<name>[A-Za-z-]+)=(?P<value>\"[^\"]*\"|[^;]*)")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_MOST_NAMES = 50  # attendees


def invitation(text: str) -> list[list[str]]:
    """The events of a calendar, each as its lines; none where it holds none.

    >>> invitation("BEGIN:VEVENT\\nSUMMARY:Board\\nDTSTART;TZID=Europe/Oslo:20240607T110000\\nEND:VEVENT")
    [['Summary: Board', 'Start: 2024-06-07 11:00 (Europe/Oslo)']]
    """
    events: list[list[str]] = []
    values: dict[str, list[str]] | None = None
    inner = 0  # how deep in what is part of an event, as an alarm
    for line in re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n")).split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match["name"].upper(), match["value"].strip()
        if name == "BEGIN":
            if value.upper() in _KINDS:
                values = {}
            elif values is not None:
                inner += 1
        elif name == "END" and values is not None:
            if value.upper() in _KINDS:
                events.append(_lines(values))
                values, inner = None, 0
            else:
                inner = max(0, inner - 1)
        elif values is not None and not inner and name in _FIELDS and value:
            values.setdefault(_FIELDS[name], []).append(_written(name, match["parameters"], value))
    return [lines for lines in events if lines]


def _lines(values: dict[str, list[str]]) -> list[str]:
    return [f"{name}: {', '.join(values[name][:_MOST_NAMES])}" for name in _ORDER if name in values]


def _written(name: str, parameters: str, value: str) -> str:
    given = {each["name"].upper(): each["value"].strip('"') for each in _PARAMETER.finditer(parameters)}
    if name in ("DTSTART", "DTEND", "DUE"):
        return _moment(value, given.get("TZID", ""))
    if name in ("ORGANIZER", "ATTENDEE"):
        address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
        return f"{given['CN']} <{address}>" if given.get("CN", address) != address else address
    return _ESCAPED.sub(lambda mark: "\n" if mark[1] in "nN" else mark[1], value)


def _moment(value: str, zone: str) -> str:
    match = _MOMENT.match(value)
    if match is None:
        return value
    year, month, day, hour, minute, is_utc = match.groups()
    where = " (UTC)" if is_utc else f" ({zone})" if zone and hour else ""
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}{where}" if hour else "")
