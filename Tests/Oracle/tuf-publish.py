"""Makes repositories with the reference implementation of TUF: tuf-publish.py FOLDER

One folder for each, with `first-root.json`, `metadata/`, `targets/`, and `expect.json`: the versions that a client must end
with, and the targets with their content (nothing for one that must not be found).
"""

import json
import os
import sys
from datetime import datetime, timedelta, timezone

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

EXPIRES = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=30)
KINDS = [CryptoSigner.generate_ed25519, CryptoSigner.generate_ecdsa, CryptoSigner.generate_rsa]
# Generating RSA keys takes long: made once, used by all.
KEYS = {kind: [kind() for _ in range(3)] for kind in KINDS}
ED25519, ECDSA, RSA = (KEYS[kind] for kind in KINDS)


class Repository:
    def __init__(self, folder, signers, consistent=True, hashes=False, compact=True):
        self.folder, self.hashes, self.serializer = folder, hashes, JSONSerializer(compact=compact)
        self.signers = signers
        self.root = Root(expires=EXPIRES, consistent_snapshot=consistent)
        self.roles = {"targets": Targets(expires=EXPIRES)}
        self.snapshot, self.timestamp = Snapshot(expires=EXPIRES), Timestamp(expires=EXPIRES)
        self.expected = {"versions": {}, "targets": {}}
        self.extra_root_signers = []
        for role in ["root", "timestamp", "snapshot", "targets"]:
            for signer in signers[role]:
                self.root.add_key(signer.public_key, role)
            self.root.roles[role].threshold = len(signers[role])
        os.makedirs(f"{folder}/metadata")

    def write(self, path, content):
        path = f"{self.folder}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def sign(self, signed, role):
        metadata = Metadata(signed)
        for signer in self.signers[role] + (self.extra_root_signers if role == "root" else []):
            metadata.sign(signer, append=True)
        return metadata.to_bytes(self.serializer)

    def store(self, signed, role):
        content = self.sign(signed, role)
        versioned = role == "root" or (self.root.consistent_snapshot and role != "timestamp")
        self.write(f"metadata/{f'{signed.version}.' if versioned else ''}{role}.json", content)
        self.expected["versions"][role] = signed.version
        if self.hashes:
            return MetaFile.from_data(signed.version, content, ["sha256", "sha512"])
        return MetaFile(signed.version)

    def publish_root(self):
        self.store(self.root, "root")
        if self.root.version == 1:
            self.write("first-root.json", self.sign(self.root, "root"))

    def publish(self):
        for role, targets in self.roles.items():
            self.snapshot.meta[f"{role}.json"] = self.store(targets, role)
        self.timestamp.snapshot_meta = self.store(self.snapshot, "snapshot")
        self.store(self.timestamp, "timestamp")
        self.write("expect.json", json.dumps(self.expected).encode())

    def add(self, role, path, content, algorithms=("sha256",), custom=None, found=True):
        target = TargetFile.from_data(path, content, list(algorithms))
        if custom is not None:
            target.unrecognized_fields["custom"] = custom
        self.roles[role].targets[path] = target
        directory, slash, name = path.rpartition("/")
        for digest in target.hashes.values():
            prefix = f"{digest}." if self.root.consistent_snapshot else ""
            self.write(f"targets/{directory}{slash}{prefix}{name}", content)
        self.expected["targets"][path] = content.decode() if found else None

    def delegate(self, delegator, name, signers, threshold=None, terminating=False, paths=None, prefixes=None):
        role = DelegatedRole(name, [], threshold or len(signers), terminating, paths, prefixes)
        parent = self.roles[delegator]
        if parent.delegations is None:
            parent.delegations = Delegations({}, roles={})
        parent.delegations.roles[name] = role
        for signer in signers:
            parent.add_key(signer.public_key, name)
        self.signers[name] = signers
        self.roles[name] = Targets(expires=EXPIRES)


def plain(key, count=1):
    return {role: key[:count] for role in ["root", "timestamp", "snapshot", "targets"]}


def main(folder):
    # Each kind of key for every role, compact and for people, with and without versions in names.
    for name, key in [("ed25519", ED25519), ("ecdsa", ECDSA), ("rsa", RSA)]:
        for consistent in [True, False]:
            repository = Repository(
                f"{folder}/{name}{'' if consistent else '-plain'}", plain(key), consistent, not consistent, consistent
            )
            repository.add("targets", "images/root.img", name.encode() * 1000, ["sha256", "sha512"])
            repository.publish_root()
            repository.publish()

    # All kinds together, all of which must sign.
    mixed = [ED25519[0], ECDSA[0], RSA[0]]
    repository = Repository(f"{folder}/mixed", {role: list(mixed) for role in plain(mixed)}, hashes=True)
    repository.add("targets", "a", b"a", ["sha512"])
    repository.publish_root()
    repository.publish()

    # Whatever can be written in a text or a number.
    repository = Repository(f"{folder}/texts", plain(ED25519))
    strange = "quote\" back\\slash /slash é e\u0301 \u2028 \U0001f600 \t\n\r\x00\x1f\x7f"
    custom = {strange: [strange, 0, -1, 2**63 - 1, -(2**63), True, False, None, {}, [], ""], "z": 1, "A": 2, "\U0001f600": 3, "\uffff": 4}
    repository.add("targets", "a", b"a", custom=custom)
    repository.root.unrecognized_fields["x-more"] = custom
    repository.timestamp.unrecognized_fields["x-more"] = custom
    repository.publish_root()
    repository.publish()

    # Roots one after the other: keys of another kind each time, then a higher threshold.
    repository = Repository(f"{folder}/rotation", plain(ED25519))
    repository.publish_root()
    for new in [ECDSA[:1], RSA[:1], [ED25519[1], ECDSA[1], RSA[1]]]:
        repository.extra_root_signers = [signer for signer in repository.signers["root"] if signer not in new]
        for signer in repository.signers["root"]:
            repository.root.revoke_key(signer.public_key.keyid, "root")
        for signer in new:
            repository.root.add_key(signer.public_key, "root")
        repository.root.roles["root"].threshold = len(new)
        repository.signers["root"] = new
        repository.root.version += 1
        repository.publish_root()
    repository.add("targets", "a", b"a")
    repository.publish()

    # Delegations: patterns, hashes, terminating ones, over several levels.
    repository = Repository(f"{folder}/delegations", plain(ED25519), hashes=True)
    repository.delegate("targets", "images", [ECDSA[1], RSA[1]], 1, paths=["images/*", "images/*/*"])
    repository.delegate("images", "stable", [ED25519[2]], paths=["images/stable/*"], terminating=True)
    repository.delegate("targets", "late", [ECDSA[2]], paths=["images/*/*", "?.txt", "[a-c][!x].bin"])
    repository.delegate("targets", "low", [RSA[2]], prefixes=[f"{digit:x}" for digit in range(8)])
    repository.delegate("targets", "high", [RSA[2]], prefixes=[f"{digit:x}" for digit in range(8, 16)])
    repository.add("late", "images/stable/x", b"hidden by a terminating role", found=False)
    repository.add("late", "images/testing/x", b"late")
    repository.add("stable", "images/stable/root.img", b"stable")
    repository.add("images", "images/kernel", b"kernel")
    repository.add("late", "1.txt", b"question mark")
    repository.add("late", "by.bin", b"set")
    repository.add("late", "bx.bin", b"not in the set", found=False)
    repository.add("late", "dir/1.txt", b"a component too many", found=False)
    # SHA-256 of "b" begins with 3, that of "a" with c.
    repository.add("low", "b", b"low")
    repository.add("high", "a", b"high")
    repository.add("low", "c/d/e", b"?", found=False)  # begins with 9
    repository.publish_root()
    repository.publish()


main(sys.argv[1])
