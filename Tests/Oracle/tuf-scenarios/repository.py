"""Repositories of the reference implementation, and the web server for them."""

import copy
import http.server
import json
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

NOW = datetime.now(timezone.utc).replace(microsecond=0)
DAY = timedelta(days=1)
TOP = ["root", "timestamp", "snapshot", "targets"]
KEYS = [CryptoSigner.generate_ecdsa() for _ in range(20)]
OTHER_KINDS = {"ed25519": CryptoSigner.generate_ed25519(), "ecdsa": CryptoSigner.generate_ecdsa(), "rsa": CryptoSigner.generate_rsa()}
REPOSITORIES = {}


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
