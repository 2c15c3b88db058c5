"""Keys of every kind, and keys that change."""

import json

from repository import DAY, KEYS, NOW, OTHER_KINDS
from scenario import equal, scenario


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
