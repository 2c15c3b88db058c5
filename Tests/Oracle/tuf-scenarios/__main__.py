"""Puts a TUF client through the workflow of the specification, against repositories of the reference implementation.

tuf-scenarios [--only WORDS] CLIENT…: the client is called as the public conformance suite calls one (its CLIENT-CLI.md):
options, then `init ROOT`, `refresh` or `download`. With `reference`, the client of the reference implementation is called,
which shows that what is expected here is right. Prints each scenario that fails, and how many have passed.
"""

import argparse
import concurrent.futures
import http.server
import os
import shutil
import sys
import tempfile
import threading

sys.dont_write_bytecode = True

# Each of these adds its scenarios.
import attacks, clock, delegations, keys, targets, workflow  # noqa: E401, F401
from client import Client
from repository import Handler, Repository
from scenario import SCENARIOS


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("client", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.client
    if command == ["reference"]:
        command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference_client.py")]
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
