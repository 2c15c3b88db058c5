"""Does with an update repository what a client does, with the reference implementation: python-tuf's ngclient.

    tuf-client.py REPOSITORY FOLDER ROOT [TARGET...]

REPOSITORY is an address, or a folder, which is then served on the loopback interface. FOLDER keeps the trusted metadata between
runs; the file ROOT is trusted in the first one. Prints the versions that are trusted afterwards and, for each target, its path and
SHA-256; ends with 1 and the name of the error when the client refuses.
"""

import functools
import hashlib
import http.server
import os
import sys
import threading

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def address(repository):
    if "://" in repository:
        return repository.rstrip("/")
    handler = functools.partial(Quiet, directory=repository)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def main(repository, folder, root, names):
    base = address(repository)
    trusted = os.path.join(folder, "metadata")
    downloads = os.path.join(folder, "targets")
    for path in (trusted, downloads):
        os.makedirs(path, exist_ok=True)
    with open(root, "rb") as file:
        bootstrap = file.read()
    first = not os.path.exists(os.path.join(trusted, "root.json"))
    updater = Updater(
        trusted, base + "/metadata/", downloads, base + "/targets/", bootstrap=bootstrap if first else None)
    updater.refresh()
    known = updater._trusted_set
    print(f"root {known.root.version} timestamp {known.timestamp.version} "
          f"snapshot {known.snapshot.version} targets {known.targets.version}")
    for name in names:
        info = updater.get_targetinfo(name)
        if info is None:
            print(f"{name} is no target")
            continue
        with open(updater.download_target(info), "rb") as file:
            print(f"{name} {hashlib.sha256(file.read()).hexdigest()}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4], sys.argv[4:])
    except (RepositoryError, DownloadError) as error:
        print(f"{type(error).__name__}: {error}")
        sys.exit(1)
