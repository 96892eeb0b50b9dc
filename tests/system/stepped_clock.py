"""A clock that a test sets under the running program: build/release/tests/torture/reckoner_failpoints reads it
(tests/torture/stepped_clock.cpp); the program of a release does not."""

import datetime
import os

import reckoner_process as rp

UTC = datetime.timezone.utc


class Clock:
    """What a process takes for the time. It goes on from `at`, or from now, and can be set."""

    def __init__(self, at=None):
        self.path = rp.new_directory("clock") / "offset"
        self._move_to(datetime.timedelta(0))
        if at is not None:
            self.set(at)

    def environment(self):
        return {"RECKONER_CLOCK": str(self.path)}

    def now(self):
        return datetime.datetime.now(UTC) + self._ahead

    def set(self, at):
        self._move_to(at - datetime.datetime.now(UTC))

    def be_ahead(self, seconds):
        """Of the system's clock."""
        self._move_to(datetime.timedelta(seconds=seconds))

    def step(self, by):
        self._move_to(self._ahead + by)

    def stand(self, at):
        """Goes on no more."""
        self._write(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))

    def _move_to(self, ahead):
        seconds = round(ahead.total_seconds())
        self._ahead = datetime.timedelta(seconds=seconds)
        self._write(f"{seconds:+}")

    def _write(self, text):
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, self.path)
