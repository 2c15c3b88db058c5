"""Prints the ten slowest tests, why tests failed or were skipped, how many power cuts were tried, and 'N passed, N failed'.

Arguments: 1 when a run or a preparation failed, else 0; then xUnit files, with what the same run printed beside each (.txt).
"""

import collections
import os
import re
import sys
import xml.etree.ElementTree as tree

# How many lines of a failure are shown: first what was expected, then the end of what a program or a console said.
FIRST, LAST = 4, 12
# Power cuts that a run tries at least, on a machine that can try them.
CUTS = 300


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
printed = ""
for path in sys.argv[2:]:
    with open(os.path.splitext(path)[0] + ".txt", encoding="utf-8", errors="replace") as file:
        printed += file.read()
# Tests that are not run at all, and those that find out for themselves that they cannot do anything here.
reasons = collections.Counter((case.find("skipped").text or "").strip() for case in skipped)
reasons.update(re.findall("^skipped: (.*)$", printed, re.MULTILINE))
for reason, count in reasons.most_common():
    print(f"skipped: {count} x {reason}")
cuts = sum(int(count) for count in re.findall("^power cuts: .*: ([0-9]+) tried, ", printed, re.MULTILINE))
# As the tests see it; the programs are there after `make setup`.
lacking = [
    "root" if os.geteuid() != 0 else None,
    "loop devices" if not os.path.exists("/dev/loop-control") else None,
    "FUSE" if not os.path.exists("/dev/fuse") else None,
]
lacking = [what for what in lacking if what]
short = cuts < CUTS and not lacking
if short:
    print(f"failed: power cuts: {cuts} tried, at least {CUTS} must be")
else:
    print(f"power cuts: {cuts} tried" + (f"; skipped, because they need {' and '.join(lacking)}" if lacking else ""))
broken = sys.argv[1] != "0" and not failed
if broken:
    print("failed: a test run ended early, or the image for the boot tests could not be built; see above")
passed = len(cases) - len(failed) - len(skipped)
print(f"{passed} passed, {len(failed) + broken + short} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failed or broken or short or not cases else 0)
