"""A pytest plugin (-p claims): skips the tests of the suite EASEL_SUITE that manifest.toml does not claim, each with its
reason."""

import os

import pytest

import manifest


def pytest_collection_modifyitems(items):
    unclaimed = manifest.Unclaimed(manifest.load()[os.environ["EASEL_SUITE"]]["unclaimed"])
    for item in items:
        # Brackets of parameters would be read as sets of characters.
        reason = unclaimed.reason(item.nodeid.replace("[", "(").replace("]", ")"))
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
    if unclaimed.stale:
        raise pytest.UsageError(f"manifest.toml names tests that do not exist: {', '.join(sorted(unclaimed.stale))}")
