"""The client under test, called as the public conformance suite calls one (its CLIENT-CLI.md)."""

import json
import os
import subprocess

from repository import DAY, NOW, TOP


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
