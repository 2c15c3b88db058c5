"""The workflow with a repository that behaves, and a client that begins with the wrong root."""

import json

from tuf.api.metadata import MetaFile

from repository import TOP
from scenario import equal, scenario


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
