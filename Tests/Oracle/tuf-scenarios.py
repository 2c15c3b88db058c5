"""Puts a TUF client through the workflow of the specification, against repositories of the reference implementation.

tuf-scenarios.py [--only WORDS] CLIENT…: the client is called as the public conformance suite calls one (its CLIENT-CLI.md):
options, then `init ROOT`, `refresh` or `download`. With `reference`, the client of the reference implementation is called,
which shows that what is expected here is right. Prints each scenario that fails, and how many have passed.
"""

import argparse
import concurrent.futures
import copy
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

NOW = datetime.now(timezone.utc).replace(microsecond=0)
DAY = timedelta(days=1)
TOP = ["root", "timestamp", "snapshot", "targets"]
KEYS = [CryptoSigner.generate_ecdsa() for _ in range(20)]
OTHER_KINDS = {"ed25519": CryptoSigner.generate_ed25519(), "ecdsa": CryptoSigner.generate_ecdsa(), "rsa": CryptoSigner.generate_rsa()}
REPOSITORIES = {}
SCENARIOS = []


class Repository:
    """What a server offers; every file is signed when it is published."""

    def __init__(self, name):
        self.roles = {
            "root": Root(expires=NOW + 30 * DAY),
            "timestamp": Timestamp(expires=NOW + 30 * DAY),
            "snapshot": Snapshot(expires=NOW + 30 * DAY),
            "targets": Targets(expires=NOW + 30 * DAY),
        }
        self.signers, self.files, self.content, self.requests = {}, {}, {}, []
        self.hashes = False
        for number, role in enumerate(TOP):
            self.set_keys(role, [number])
        for role in ["root", "targets", "snapshot", "timestamp"]:
            self.publish(role, bump=False)
        self.first_root = self.files["1.root.json"]
        REPOSITORIES[name] = self

    def __getattr__(self, name):
        return self.__dict__["roles"][name]

    def set_keys(self, role, numbers, threshold=1, signing=None):
        self.root.roles[role].keyids.clear()
        for number in numbers:
            self.root.add_key(copy.deepcopy(KEYS[number].public_key), role)
        self.root.roles[role].threshold = threshold
        self.signers[role] = [KEYS[number] for number in (numbers if signing is None else signing)]

    def publish(self, *roles, bump=True):
        for role in roles:
            signed = self.roles[role]
            signed.version += bump
            metadata = Metadata(signed)
            for signer in self.signers[role]:
                metadata.sign(signer, append=True)
            content = metadata.to_bytes()
            prefix = "" if role == "timestamp" else f"{signed.version}."
            self.files[f"{prefix}{role}.json"] = content
            file = MetaFile.from_data(signed.version, content, ["sha256"]) if self.hashes else MetaFile(signed.version)
            if role == "snapshot":
                self.timestamp.snapshot_meta = file
            elif role not in TOP or role == "targets":
                self.snapshot.meta[f"{role}.json"] = file

    def publish_all(self):
        self.publish(*[role for role in self.roles if role not in TOP], "targets", "snapshot", "timestamp")

    def add(self, path, content, role="targets"):
        target = TargetFile.from_data(path, content, ["sha256"])
        self.roles[role].targets[path] = target
        directory, slash, name = path.rpartition("/")
        self.content[path] = f"{directory}{slash}{target.hashes['sha256']}.{name}"
        self.files[self.content[path]] = content

    def delegate(self, parent, role, paths=("*",), terminating=False, expires=NOW + 30 * DAY):
        delegator = self.roles[parent]
        if delegator.delegations is None:
            delegator.delegations = Delegations({}, roles={})
        delegator.delegations.roles[role] = DelegatedRole(role, [], 1, terminating, list(paths))
        delegator.add_key(KEYS[19].public_key, role)
        self.signers[role] = [KEYS[19]]
        if role not in self.roles:
            self.roles[role] = Targets(expires=expires)
            self.roles[role].version = 0

    def change(self, name, edit):
        """Edits the JSON of a published file without signing it again."""
        value = json.loads(self.files[name])
        edit(value)
        self.files[name] = json.dumps(value).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        _, name, kind, path = self.path.split("/", 3)
        repository = REPOSITORIES[unquote(name)]
        repository.requests.append(path)
        content = repository.files.get(unquote(path))
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *arguments):
        pass


class Client:
    """The client under test, with folders of its own."""

    def __init__(self, command, url, repository, folder):
        self.command, self.url, self.repository = command, url, repository
        self.metadata, self.targets, self.root = f"{folder}/metadata", f"{folder}/targets", f"{folder}/first.json"
        os.mkdir(self.metadata)
        os.mkdir(self.targets)

    def run(self, arguments, day=0):
        clock = ["faketime", f"{NOW + day * DAY:%Y-%m-%d %H:%M:%S}"] if day else []
        environment = dict(os.environ, TZ="UTC")
        done = subprocess.run([*clock, *self.command, *arguments], capture_output=True, env=environment)
        self.last = done.stderr.decode(errors="replace")
        return done.returncode == 0

    def init(self, root=None):
        with open(self.root, "wb") as file:
            file.write(root or self.repository.first_root)
        return self.run(["--metadata-dir", self.metadata, "init", self.root])

    def refresh(self, day=0):
        return self.run(["--metadata-url", f"{self.url}/metadata", "--metadata-dir", self.metadata, "refresh"], day)

    def download(self, name, day=0):
        where = ["--metadata-url", f"{self.url}/metadata", "--metadata-dir", self.metadata, "--target-name", name]
        return self.run([*where, "--target-dir", self.targets, "--target-base-url", f"{self.url}/targets", "download"], day)

    def stored(self, role):
        try:
            with open(f"{self.metadata}/{role}.json", "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def versions(self):
        return [json.loads(self.stored(role) or b'{"signed":{"version":0}}')["signed"]["version"] for role in TOP]

    def downloaded(self):
        files = [os.path.join(folder, name) for folder, _, names in os.walk(self.targets) for name in names]
        return [open(file, "rb").read() for file in sorted(files, key=os.path.getmtime)]


def scenario(*rows, faketime=False):
    def register(function):
        for row in rows or [()]:
            name = " ".join([function.__name__, *[getattr(part, "__name__", str(part)) for part in row[:1]]])
            SCENARIOS.append((name, function, row, faketime))
        return function

    return register


def equal(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


# The workflow


@scenario()
def first_refresh(c, r):
    equal(c.refresh(), True)
    equal(r.requests, ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    equal([c.stored(role) for role in TOP], [r.files[n] for n in ["1.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]])
    r.requests.clear()
    equal(c.refresh(), True)
    equal(r.requests, ["2.root.json", "timestamp.json"])


@scenario()
def download_refreshes_first(c, r):
    equal(c.download("missing target"), False)
    equal(c.versions(), [1, 1, 1, 1])


@scenario()
def same_timestamp_version_stays(c, r):
    equal(c.refresh(), True)
    before = c.stored("timestamp")
    r.timestamp.snapshot_meta.version = 100
    r.publish("timestamp", bump=False)
    equal(c.refresh(), True)
    equal(c.stored("timestamp"), before)


@scenario()
def unknown_fields(c, r):
    r.root.unrecognized_fields["custom"] = "value"
    key = next(iter(r.root.keys.values()))
    key.unrecognized_fields = {"keyid_hash_algorithms": ["md5"], "extra": {"a": 1, "b": "é\u2028\n\"\\"}}
    r.root.roles["root"].unrecognized_fields["more"] = [None, True]
    r.publish("root")
    equal(c.refresh(), True)
    equal(c.versions()[0], 2)


@scenario(("timestamp.json", [1, 2, 2, 2]), ("3.snapshot.json", [1, 3, 2, 2]), ("3.targets.json", [1, 3, 3, 2]))
def missing_file(c, r, name, versions):
    r.publish_all()
    equal(c.refresh(), True)
    r.publish_all()
    del r.files[name]
    equal(c.refresh(), False)
    equal(c.versions(), versions)
    equal(r.requests[-1], name)


@scenario()
def snapshot_in_place_of_timestamp(c, r):
    r.set_keys("snapshot", [1])
    r.publish("root")
    r.snapshot.meta = {"snapshot.json": MetaFile(1)}
    r.publish("snapshot")
    r.files["timestamp.json"] = r.files["2.snapshot.json"]
    equal(c.refresh(), False)
    equal(c.versions(), [2, 0, 0, 0])


@scenario()
def root_without_version(c, r):
    value = json.loads(r.first_root)
    del value["signed"]["version"]
    c.init(json.dumps(value).encode())
    with open(f"{c.metadata}/root.json", "wb") as file:
        file.write(json.dumps(value).encode())
    equal(c.refresh(), False)
    equal(r.requests, [])


@scenario()
def root_with_wrong_signature(c, r):
    value = json.loads(r.first_root)
    value["signatures"][0]["sig"] = json.loads(r.files["timestamp.json"])["signatures"][0]["sig"]
    with open(f"{c.metadata}/root.json", "wb") as file:
        file.write(json.dumps(value).encode())
    equal(c.refresh(), False)
    equal(r.requests, [])


# Attacks: what is done after a refresh at version 2, whether it is refused, and the versions afterwards


def older_timestamp(r):
    r.timestamp.version = 1
    r.publish("timestamp", bump=False)


def older_snapshot(r):
    r.snapshot.version = 0
    r.publish("snapshot", "timestamp")


def older_targets(r):
    r.targets.version = 0
    r.publish_all()


def removed_role(r):
    del r.snapshot.meta["role.json"]
    r.publish("snapshot", "timestamp")


def expired(role):
    def change(r):
        r.roles[role].expires = NOW - DAY
        r.publish(*(["root"] if role == "root" else []))
        r.publish_all()

    change.__name__ = f"expired_{role}"
    return change


def other_snapshot_version(r):
    r.publish("snapshot", "timestamp")
    r.files["3.snapshot.json"] = r.files["2.snapshot.json"]


def other_targets_version(r):
    r.publish_all()
    r.files["3.targets.json"] = r.files["2.targets.json"]


def other_targets_content(r):
    r.hashes = True
    r.publish_all()
    r.files["3.targets.json"] += b" "


def other_snapshot_content(r):
    r.hashes = True
    r.publish_all()
    r.files["3.snapshot.json"] = r.files["3.snapshot.json"].replace(b"{", b"{ ", 1)


def stranger(role):
    def change(r):
        r.signers[role] = [KEYS[9]]
        r.publish(*(["root"] if role == "root" else []))
        r.publish_all()

    change.__name__ = f"stranger_signs_{role}"
    return change


def two_signatures_by_one_key(r):
    r.publish_all()
    r.change("3.snapshot.json", lambda value: value["signatures"].append(value["signatures"][0]))


def changed_after_signing(r):
    r.publish("timestamp")
    r.change("timestamp.json", lambda value: value["signed"].update(version=9))


def skipped_root(r):
    r.root.version = 2
    r.publish("root")
    r.files["2.root.json"] = r.files.pop("3.root.json")


def threshold_too_high(r):
    r.set_keys("snapshot", [2, 5, 6], threshold=3, signing=[2, 5])
    r.publish("root")
    r.publish_all()


def threshold_beyond_keys(r):
    r.set_keys("snapshot", [2, 5, 6], threshold=4)
    r.publish("root")
    r.publish_all()


def keyid_repeated_in_root(r):
    r.set_keys("snapshot", [2, 5], threshold=3)
    keyid = KEYS[5].public_key.keyid
    r.root.roles["snapshot"].keyids.extend([keyid] * 4)
    r.publish("root")
    r.publish_all()
    r.change("3.snapshot.json", lambda value: value["signatures"].extend([value["signatures"][1]] * 4))


def oversized_timestamp(r):
    r.publish("timestamp")
    r.files["timestamp.json"] += b" " * 20_000


def other_specification(r):
    r.publish("timestamp")
    r.timestamp.spec_version = "2.0.0"
    r.publish("timestamp")


def not_json(r):
    r.files["timestamp.json"] = b"<html></html>"


@scenario(
    (older_timestamp, [1, 2, 2, 2]),
    (older_snapshot, [1, 2, 2, 2]),
    (older_targets, [1, 3, 2, 2]),
    (removed_role, [1, 3, 2, 2]),
    (expired("root"), [2, 2, 2, 2]),
    (expired("timestamp"), [1, 2, 2, 2]),
    (expired("snapshot"), [1, 3, 2, 2]),
    (expired("targets"), [1, 3, 3, 2]),
    (other_snapshot_version, [1, 3, 2, 2]),
    (other_targets_version, [1, 3, 3, 2]),
    (other_targets_content, [1, 3, 3, 2]),
    (other_snapshot_content, [1, 3, 2, 2]),
    (stranger("root"), [1, 2, 2, 2]),
    (stranger("timestamp"), [1, 2, 2, 2]),
    (stranger("snapshot"), [1, 3, 2, 2]),
    (stranger("targets"), [1, 3, 3, 2]),
    (two_signatures_by_one_key, [1, 3, 2, 2]),
    (changed_after_signing, [1, 2, 2, 2]),
    (skipped_root, [1, 2, 2, 2]),
    (threshold_too_high, [2, 3, 2, 2]),
    (threshold_beyond_keys, [2, 3, 2, 2]),
    (keyid_repeated_in_root, None),
    (oversized_timestamp, [1, 2, 2, 2]),
    (other_specification, [1, 2, 2, 2]),
    (not_json, [1, 2, 2, 2]),
)
def attack(c, r, change, versions):
    r.delegate("targets", "role", ["role/*"])
    r.publish_all()
    equal(c.refresh(), True)
    equal(c.versions(), [1, 2, 2, 2])
    change(r)
    equal(c.refresh(), False)
    if versions:
        equal(c.versions(), versions)
    equal(c.versions()[2] <= 3, True)


@scenario((False,), (True,))
def rollback_with_hashes(c, r, hashes):
    r.hashes = hashes
    r.publish_all()
    equal(c.refresh(), True)
    r.snapshot.version = 0
    r.publish("snapshot", "timestamp")
    equal(c.refresh(), False)
    equal(c.versions(), [1, 2, 2, 2])


@scenario()
def snapshot_that_is_not_asked_for(c, r):
    r.publish("snapshot", "timestamp")
    equal(c.refresh(), True)
    r.files["2.snapshot.json"] = r.files["1.snapshot.json"]
    equal(c.refresh(), True)
    equal(r.requests[-1], "timestamp.json")


@scenario(("timestamp",), ("snapshot",))
def fast_forward_recovery(c, r, role):
    r.roles[role].version = 99_998
    r.publish_all()
    equal(c.refresh(), True)
    r.set_keys("timestamp", [7])
    r.set_keys("snapshot", [8])
    r.publish("root")
    r.timestamp.version = r.snapshot.version = 1
    r.targets.version = 0
    r.publish_all()
    equal(c.refresh(), True)
    equal(c.versions(), [2, 2, 2, 1])


# Keys


@scenario(*[(kind,) for kind in OTHER_KINDS])
def kind_of_key(c, r, kind):
    signer = OTHER_KINDS[kind]
    r.root.add_key(signer.public_key, "root")
    r.root.roles["root"].threshold = 2
    r.signers["root"] = [KEYS[0], signer]
    r.publish("root")
    equal(c.refresh(), True)
    equal(c.versions()[0], 2)
    r.publish("root")

    def spoil(value):
        for signature in value["signatures"]:
            if signature["keyid"] == signer.public_key.keyid:
                signature["sig"] = signature["sig"][:-2] + ("00" if signature["sig"][-2:] != "00" else "01")

    r.change("3.root.json", spoil)
    equal(c.refresh(), False)
    equal(c.versions()[0], 2)


@scenario(("plausible",), ("",), ("no hex",))
def wrong_signature_beside_right_one(c, r, text):
    r.set_keys("timestamp", [1, 5])
    r.publish("root", "timestamp")
    wrong = json.loads(r.files["2.root.json"])["signatures"][0]["sig"] if text == "plausible" else text
    r.change("timestamp.json", lambda value: value["signatures"][1].update(sig=wrong))
    equal(c.refresh(), True)
    equal(c.versions()[1], 2)


# Versions of the root: keys, threshold, who signs; the last one is refused with False.
FIVE, NEXT = [10, 11, 12, 13, 14], [10, 11, 13, 14, 15]


@scenario(
    ("one for another", [([11], 1, [11]), ([12], 1, [12, 11]), ([12], 1, [12])], True),
    ("strangers sign, too", [([11], 1, [13, 11, 14]), ([12], 1, [13, 12, 11]), ([12], 1, [13, 12])], True),
    ("any three of five", [(FIVE, 3, [10, 12, 14]), (FIVE, 3, [10, 14, 11]), (FIVE, 3, [10, 11, 13])], True),
    ("one of five", [(FIVE, 3, [10, 12, 14]), (NEXT, 3, [10, 14, 11])], True),
    ("with a step between", [(FIVE, 3, [10, 12, 14]), (NEXT, 3, [10, 12, 14, 15]), (NEXT, 3, [10, 14, 15])], True),
    ("threshold up", [([11, 12, 13], 1, [11]), ([11, 12, 13], 2, [11, 12])], True),
    ("threshold down", [([11, 12, 13], 2, [11, 12]), ([11, 12, 13], 1, [11, 12]), ([11, 12, 13], 1, [11])], True),
    ("not by the old key", [([11], 1, [11]), ([12], 1, [12, 13, 14])], False),
    ("not by the new key", [([11], 1, [11]), ([12], 1, [11, 13, 14])], False),
    ("too few new keys", [(FIVE, 3, [10, 12, 14]), (NEXT, 3, [10, 12, 14])], False),
    ("too few old keys", [(FIVE, 3, [10, 12, 14]), (NEXT, 3, [10, 14, 15])], False),
    ("new threshold not reached", [([11, 12, 13], 1, [11]), ([11, 12, 13], 2, [12])], False),
    ("old threshold not reached", [([11, 12, 13], 2, [11, 12]), ([11, 12, 13], 1, [11])], False),
)
def root_rotation(c, r, name, versions, accepted):
    r.root.version = 0
    for keys, threshold, signing in versions:
        r.set_keys("root", keys, threshold, signing)
        r.publish("root")
    c.init(r.files["1.root.json"])
    equal(c.refresh(), accepted)
    equal(c.stored("root"), r.files[f"{len(versions) - (not accepted)}.root.json"])


@scenario(*[
    (f"{role} {number}", role, *row)
    for role in ["timestamp", "snapshot", "targets"]
    for number, row in enumerate([
        ([12], 1, [12], True), ([11], 1, [13, 11, 14], True), ([12], 1, [11, 13, 14], False), (NEXT, 3, [10, 12, 14], False),
        (NEXT, 3, [10, 14], False), (FIVE, 3, [10, 12, 14], True), (FIVE, 3, [12, 13, 14], True),
    ])
])
def rotation(c, r, name, role, keys, threshold, signing, accepted):
    equal(c.refresh(), True)
    r.set_keys(role, keys, threshold, signing)
    r.publish("root")
    r.publish_all()
    equal(c.refresh(), accepted)


@scenario()
def expired_roots_on_the_way(c, r):
    r.root.expires = NOW - DAY
    r.publish("root")
    r.publish("root")
    r.root.expires = NOW + 30 * DAY
    r.publish("root")
    equal(c.refresh(), True)
    equal(c.versions()[0], 4)


# Delegations: parent, role, paths, terminating; then the order in which roles are asked

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


# Targets


@scenario(("target.txt",), ("path/to/a/target.txt",))
def download(c, r, path):
    r.add(path, b"content")
    r.publish_all()
    equal(c.refresh(), True)
    equal(c.downloaded(), [])
    equal(c.download(path), True)
    equal(c.downloaded(), [b"content"])
    r.requests.clear()
    equal(c.download(path), True)
    equal(r.content[path] in r.requests, False)


@scenario((b"malicious",), (b"evil!!!",), (b"",), (b"content and more",))
def substituted_target(c, r, content):
    r.add("a", b"content")
    r.publish_all()
    r.files[r.content["a"]] = content
    equal(c.download("a"), False)
    equal(c.downloaded(), [])


@scenario((["sha256"],), (["sha512"],), (["sha256", "sha512"],), (["unknown"],))
def hash_functions(c, r, names):
    r.add("a", b"content")
    target = TargetFile.from_data("a", b"content", [name for name in names if name != "unknown"] or ["sha256"])
    if names == ["unknown"]:
        target.hashes = {"unknown": target.hashes["sha256"]}
    r.targets.targets["a"] = target
    for digest in target.hashes.values():
        r.files[f"{digest}.a"] = b"content"
    r.publish_all()
    equal(c.download("a"), names != ["unknown"])
    equal(c.downloaded(), [b"content"] if names != ["unknown"] else [])


@scenario()
def target_that_changes(c, r):
    for number in range(4):
        r.add("a", f"content {number}".encode())
        r.publish_all()
        equal(c.download("a"), True)
        equal(c.downloaded(), [f"content {number}".encode()])
        r.files[r.content["a"]] = b"malicious"
        c.download("a")
        equal(c.downloaded(), [f"content {number}".encode()])


# The clock


@scenario(faketime=True)
def expired_timestamp_leads_to_the_new_one(c, r):
    r.timestamp.expires = NOW + 7 * DAY
    r.publish("timestamp")
    equal(c.refresh(), True)
    r.timestamp.expires = NOW + 21 * DAY
    r.publish_all()
    equal(c.refresh(day=18), True)
    equal(c.versions(), [1, 3, 2, 2])


@scenario(faketime=True)
def expired_root_leads_to_the_new_one(c, r):
    r.root.expires = NOW + 7 * DAY
    r.publish("root")
    equal(c.refresh(), True)
    r.root.expires = NOW + 21 * DAY
    r.publish("root")
    equal(c.refresh(day=18), True)
    equal(c.versions()[0], 3)


@scenario(*[(role,) for role in TOP], faketime=True)
def freeze(c, r, frozen):
    for role in TOP:
        r.roles[role].expires = NOW + (7 if role == frozen else 30) * DAY
    r.publish("root")
    r.publish_all()
    equal(c.refresh(), True)
    equal(c.refresh(day=6), True)
    equal(c.refresh(day=18), False)


@scenario(faketime=True)
def delegated_role_expires(c, r):
    r.delegate("targets", "role", ["role/*"], expires=NOW + 7 * DAY)
    r.add("role/a", b"a", "role")
    r.add("role/b", b"b", "role")
    r.publish_all()
    equal(c.download("role/a"), True)
    equal(c.download("role/b", day=18), False)
    equal(c.downloaded(), [b"a"])
    r.roles["role"].expires = NOW + 21 * DAY
    r.publish("role", "snapshot", "timestamp")
    equal(c.download("role/b", day=18), True)
    equal(c.downloaded(), [b"a", b"b"])


def reference_client(arguments):
    """The client of the reference implementation, with the same command line."""
    from tuf.ngclient import Updater

    parser = argparse.ArgumentParser()
    for option in ["--metadata-dir", "--metadata-url", "--target-name", "--target-base-url", "--target-dir"]:
        parser.add_argument(option)
    parser.add_argument("command")
    parser.add_argument("root", nargs="?")
    options = parser.parse_args(arguments)
    if options.command == "init":
        shutil.copyfile(options.root, f"{options.metadata_dir}/root.json")
        return
    updater = Updater(options.metadata_dir, options.metadata_url, options.target_dir, options.target_base_url, bootstrap=None)
    updater.refresh()
    if options.command == "download":
        target = updater.get_targetinfo(options.target_name)
        if target is None:
            sys.exit(1)
        if updater.find_cached_target(target) is None:
            updater.download_target(target)


def main():
    if sys.argv[1:2] == ["--reference-client"]:
        return reference_client(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("client", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.client
    if command == ["reference"]:
        command = [sys.executable, os.path.abspath(__file__), "--reference-client"]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def run(number, name, function, row):
        """What is wrong; nothing when the scenario passes."""
        repository = Repository(str(number))
        with tempfile.TemporaryDirectory() as folder:
            client = Client(command, f"http://127.0.0.1:{server.server_port}/{number}", repository, folder)
            try:
                client.init()
                function(client, repository, *row)
            except AssertionError as mistake:
                return f"failed: {name}: {mistake}\n{client.last}"

    chosen = [(number, *entry) for number, entry in enumerate(SCENARIOS) if options.only in entry[0]]
    possible = [entry for entry in chosen if not entry[4] or shutil.which("faketime")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        mistakes = list(filter(None, pool.map(lambda entry: run(*entry[:4]), possible)))
    for mistake in mistakes:
        print(mistake)
    skipped = len(chosen) - len(possible)
    without = f", {skipped} skipped because faketime is not installed" if skipped else ""
    print(f"TUF scenarios: {len(possible) - len(mistakes)} of {len(possible)} passed{without}")
    sys.exit(len(mistakes) > 0 or not possible)


main()
