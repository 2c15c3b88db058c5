"""Asks the reference implementation of TUF.

tuf-read.py refresh FOLDER: reads the repository in FOLDER as its client does (FOLDER/first-root.json, FOLDER/metadata, FOLDER/targets),
and prints the versions of the roles; further arguments are targets, whose content is printed.

tuf-read.py patterns: reads a JSON list of [pattern, path] from standard input, prints the list of whether they match.
tuf-read.py canonical: reads a JSON value from standard input, prints its canonical form.
"""

import json
import sys
import tempfile

from securesystemslib.formats import encode_canonical
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import DelegatedRole
from tuf.ngclient import FetcherInterface, Updater


class FolderFetcher(FetcherInterface):
    def _fetch(self, url):
        try:
            with open(url.removeprefix("file:"), "rb") as file:
                return iter([file.read()])
        except OSError as error:
            raise DownloadHTTPError(str(error), 404) from error


def refresh(folder, targets):
    with tempfile.TemporaryDirectory() as work, open(f"{folder}/first-root.json", "rb") as root:
        updater = Updater(
            work, f"file:{folder}/metadata/", work, f"file:{folder}/targets/", FolderFetcher(), bootstrap=root.read()
        )
        updater.refresh()
        trusted = updater._trusted_set
        answer = {role: trusted[role].version for role in ["root", "timestamp", "snapshot", "targets"]}
        for name in targets:
            info = updater.get_targetinfo(name)
            if info is None:
                answer[name] = None
                continue
            with open(updater.download_target(info), "r") as file:
                answer[name] = file.read()
        print(json.dumps(answer))


match sys.argv[1:]:
    case ["refresh", folder, *targets]:
        refresh(folder, targets)
    case ["patterns"]:
        pairs = json.load(sys.stdin)
        print(json.dumps([DelegatedRole("x", [], 1, False, [p]).is_delegated_path(t) for p, t in pairs]))
    case ["canonical"]:
        sys.stdout.buffer.write(encode_canonical(json.load(sys.stdin)).encode())
    case _:
        sys.exit(__doc__)
