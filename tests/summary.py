"""Adds up a folder of test results and prints one line: `N passed, N failed, N skipped`.

    summary.py RESULTS

Reads ctest.xml (JUnit) with the single tests of each GoogleTest program in <name>.xml beside it, and what run_blackbox
left there: conformance.xml, browser.xml and protocol.xml (JUnit), parity*.json, blackbox-broken.json. Failures are listed first. Exit status 1 when something failed or nothing ran.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as xml


class Tally:
    def __init__(self):
        self.passed, self.failed, self.skipped, self.failures = 0, 0, 0, []

    def add(self, name, outcome):
        setattr(self, outcome, getattr(self, outcome) + 1)
        if outcome == "failed":
            self.failures.append(name)


def outcome_of(case):
    """Of one JUnit test case, as pytest, GoogleTest or ctest writes it."""
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed"
    left_out = case.get("status") in ("notrun", "disabled") or case.get("result") in ("skipped", "suppressed")
    return "skipped" if left_out or case.find("skipped") is not None else "passed"


def add_junit(tally, path):
    for case in xml.parse(path).iter("testcase"):
        tally.add(f"{path.stem}: {case.get('classname')}.{case.get('name')}", outcome_of(case))


def add_ctest(tally, path):
    """A program that wrote its own results counts with them; one that crashed before that counts as one failure."""
    for case in xml.parse(path).iter("testcase"):
        own = path.with_name(case.get("name") + ".xml")
        if not own.exists():
            tally.add(f"ctest: {case.get('name')}", outcome_of(case))
            continue
        failures = tally.failed
        add_junit(tally, own)
        if outcome_of(case) == "failed" and tally.failed == failures:
            tally.add(f"ctest: {case.get('name')} ended badly after its tests", "failed")


def read_json(path, otherwise):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise


def main():
    results = pathlib.Path(sys.argv[1])
    tally = Tally()
    if (results / "ctest.xml").exists():
        add_ctest(tally, results / "ctest.xml")
    for suite in ("conformance.xml", "browser.xml", "protocol.xml"):
        if (results / suite).exists():
            add_junit(tally, results / suite)
    for suite in ("parity", "parity-recorded"):
        for row in read_json(results / f"{suite}.json", []):
            tally.add(f"{suite}: {row['name']}: {row['why']}", "passed" if row["ok"] else "failed")
    tally.skipped += len(read_json(results / "parity-skipped.json", {}))
    for suite, why in read_json(results / "blackbox-broken.json", {}).items():
        tally.add(f"{suite} could not be run: {why}", "failed")
    for failure in tally.failures:
        print(f"FAILED {failure}")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
