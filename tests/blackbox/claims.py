"""A pytest plugin (-p claims): skips the tests that manifest.toml does not claim, each with its reason."""

import pytest

import manifest


def pytest_collection_modifyitems(items):
    unclaimed = manifest.Unclaimed(manifest.load()["conformance"]["unclaimed"])
    for item in items:
        # Brackets of parameters would be read as sets of characters.
        reason = unclaimed.reason(item.nodeid.replace("[", "(").replace("]", ")"))
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
    if unclaimed.stale:
        raise pytest.UsageError(f"manifest.toml names tests that do not exist: {', '.join(sorted(unclaimed.stale))}")
