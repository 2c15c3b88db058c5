"""Prints the ten slowest tests, why tests failed, and 'N passed, N failed'.

Arguments: 1 when a run or a preparation failed, else 0; then xUnit files.
"""

import re
import sys
import xml.etree.ElementTree as tree

# How many lines of a failure are shown: first what was expected, then the end of what a program or a console said.
FIRST, LAST = 4, 12


def cases_of(path):
    """The runner writes what a program printed as it is; XML has no place for control characters."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return tree.fromstring(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", file.read())).iter("testcase")


cases = [case for path in sys.argv[2:] for case in cases_of(path)]
failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
skipped = [case for case in cases if case.find("skipped") is not None]


def name(case):
    return case.get("classname", "") + "." + case.get("name", "")


print("ten slowest tests:")
for case in sorted(cases, key=lambda case: -float(case.get("time") or 0))[:10]:
    print(f"  {float(case.get('time') or 0):8.1f} s  {name(case)}")
for case in failed:
    print(f"failed: {name(case)}")
    # What went wrong first is what the rest follows from. It stands here once more, because a long log is cut to its end.
    reasons = [part.get("message") or part.text or "" for part in case if part.tag in ("failure", "error")]
    lines = [line for line in "".join(reasons[:1]).splitlines() if line.strip()]
    for line in lines if len(lines) <= FIRST + LAST else lines[:FIRST] + ["..."] + lines[-LAST:]:
        print(f"    {line[:160]}")
broken = sys.argv[1] != "0" and not failed
if broken:
    print("failed: a test run ended early, or the image for the boot tests could not be built; see above")
passed = len(cases) - len(failed) - len(skipped)
print(f"{passed} passed, {len(failed) + broken} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failed or broken or not cases else 0)
