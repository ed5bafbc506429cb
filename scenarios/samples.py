"""The layout of a sample: one fixed-size binary row per request, written by the recorder, read by numpy.

Times are CLOCK_MONOTONIC in nanoseconds, which all processes of one machine share.
"""

from __future__ import annotations

import struct
from enum import IntEnum

#: (field, numpy type): due = instant the schedule asked for, start = first byte sent, end = last byte read,
#: bytes = body received, sequence = number of the request in its worker (the write's token carries it),
#: operation = index into the plan's operations file, outcome = :class:`Outcome`, in_flight = users busy.
SAMPLE_FIELDS = [
    ("due_ns", "<u8"),
    ("start_ns", "<u8"),
    ("end_ns", "<u8"),
    ("bytes", "<u4"),
    ("sequence", "<u4"),
    ("operation", "<u2"),
    ("outcome", "<u2"),
    ("worker", "<u2"),
    ("in_flight", "<u2"),
]

SAMPLE = struct.Struct("<QQQIIHHHH")


class Outcome(IntEnum):
    """How a request ended. Everything but ``ok`` is an error."""

    ok = 0
    #: the HTTP status was not 200
    http_status = 1
    #: DIRAC answered S_ERROR
    refused = 2
    #: OK, but not the rows that the data set holds
    wrong_answer = 3
    timeout = 4
    #: the connection could not be made, or broke
    connection = 5
    #: sent, but the trial ended before the answer came
    unfinished = 6
    #: due, but no user was free before the trial ended
    unsent = 7
