"""Reads manifest.toml: which tests of the shared suites easel claims to pass."""

import fnmatch
import pathlib
import tomllib

PATH = pathlib.Path(__file__).with_name("manifest.toml")


class Unclaimed:
    """Patterns with reasons. Remembers which of them matched, so that stale ones are found."""

    def __init__(self, patterns):
        self.patterns = patterns
        self.stale = set(patterns)

    def reason(self, name):
        """Why the test does not count, or None when it does. The first pattern that matches speaks."""
        matching = [pattern for pattern in self.patterns if fnmatch.fnmatchcase(name, pattern)]
        self.stale -= set(matching)
        return self.patterns[matching[0]] if matching else None


def load():
    with PATH.open("rb") as file:
        return tomllib.load(file)
