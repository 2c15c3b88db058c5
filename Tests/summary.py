"""Prints the ten slowest tests and 'N passed, N failed' from the xUnit files named on the command line."""

import sys
import xml.etree.ElementTree as tree

cases = [case for path in sys.argv[1:] for case in tree.parse(path).iter("testcase")]
failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
skipped = [case for case in cases if case.find("skipped") is not None]


def name(case):
    return case.get("classname", "") + "." + case.get("name", "")


print("ten slowest tests:")
for case in sorted(cases, key=lambda case: -float(case.get("time") or 0))[:10]:
    print(f"  {float(case.get('time') or 0):8.1f} s  {name(case)}")
for case in failed:
    print(f"failed: {name(case)}")
print(f"{len(cases) - len(failed) - len(skipped)} passed, {len(failed)} failed, {len(skipped)} skipped")
sys.exit(1 if failed or not cases else 0)
