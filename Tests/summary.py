"""Prints the ten slowest tests and 'N passed, N failed'.

Arguments: 1 when a run or a preparation failed, else 0; then xUnit files.
"""

import re
import sys
import xml.etree.ElementTree as tree


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
broken = sys.argv[1] != "0" and not failed
if broken:
    print("failed: a test run ended early, or the image for the boot tests could not be built; see above")
passed = len(cases) - len(failed) - len(skipped)
print(f"{passed} passed, {len(failed) + broken} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failed or broken or not cases else 0)
