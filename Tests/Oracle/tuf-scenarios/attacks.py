"""Attacks: what is done after a refresh at version 2, and the versions that are trusted afterwards."""

from repository import DAY, KEYS, NOW
from scenario import equal, scenario


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
