"""How much master and workers expect of each other."""

from __future__ import annotations

#: A worker says something twice a second; one that has said nothing for so long is lost.
SILENCE_LIMIT_S = 5.0

#: Questions for one reading of a clock.
CLOCK_QUESTIONS = 16
