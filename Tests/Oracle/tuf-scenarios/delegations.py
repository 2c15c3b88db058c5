"""Which roles are asked for a target, and in which order."""

import os
from urllib.parse import quote

from scenario import equal, scenario

# Edges: parent, role, paths, terminating; then the order in which roles are asked.
ANY = ["*"]


@scenario(
    ("one", [("targets", "A")], "A"),
    ("two", [("targets", "A"), ("targets", "B")], "AB"),
    ("two levels", [("targets", "A"), ("targets", "B"), ("B", "C")], "ABC"),
    ("depth first", [("targets", "A"), ("targets", "B"), ("A", "C"), ("A", "D")], "ACDB"),
    ("three levels", [("targets", "A"), ("targets", "B"), ("A", "C"), ("C", "D")], "ACDB"),
    ("terminating", [("targets", "A"), ("targets", "B"), ("A", "C", ANY, True), ("A", "D")], "AC"),
    ("below a terminating one", [("targets", "A"), ("targets", "B"), ("A", "C", ANY, True), ("C", "D")], "ACD"),
    ("other paths", [("targets", "A", ["*.py"]), ("targets", "B"), ("A", "C")], "B"),
    ("other paths below", [("targets", "A"), ("targets", "B"), ("A", "C", ["*.py"]), ("C", "D")], "AB"),
    ("a circle", [("targets", "A"), ("targets", "B"), ("B", "C"), ("C", "D"), ("D", "B")], "ABCD"),
    ("two ways", [("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C")], "ACB"),
    ("two ways, one closed", [("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C", ["*.py"])], "ABC"),
)
def delegations(c, r, name, edges, order):
    for edge in edges:
        r.delegate(*edge)
    r.publish_all()
    equal(c.download("missing"), False)
    equal(r.requests[4:], [f"1.{role}.json" for role in order])


@scenario(
    ("targetfile", "targets", []), ("README.md", "A", ["A"]), ("releases/x/x_v1", "C", ["B", "C"]),
    ("releases/y/y_v1.zip", "D", ["B", "D"]), ("releases/z/z_v1.zip", None, ["B"]),
)
def delegated_target(c, r, path, role, asked):
    for edge in [("targets", "A", ["*.doc", "*.md"]), ("targets", "B", ["releases/*/*"]), ("B", "C", ["releases/x/*"]), ("B", "D", ["releases/y/*.zip"])]:
        r.delegate(*edge)
    r.add(path, b"content", role or "D")
    r.publish_all()
    equal(c.download(path), role is not None)
    equal(c.downloaded(), [b"content"] if role else [])
    equal(r.requests[4 : 4 + len(asked)], [f"1.{name}.json" for name in asked])


@scenario(("?",), ("#",), ("/delegatedrole",), ("../delegatedrole",))
def unusual_role_name(c, r, role):
    r.delegate("targets", role)
    r.publish_all()
    equal(c.download("missing"), False)
    equal(f"1.{quote(role, '')}.json" in r.requests, True)
    equal(len([name for name in os.listdir(c.metadata) if name.endswith(".json")]), 5)
