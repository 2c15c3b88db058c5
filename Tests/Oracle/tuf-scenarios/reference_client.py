"""The client of the reference implementation, with the command line that the scenarios use."""

import argparse
import shutil
import sys

from tuf.ngclient import Updater


def main():
    parser = argparse.ArgumentParser()
    for option in ["--metadata-dir", "--metadata-url", "--target-name", "--target-base-url", "--target-dir"]:
        parser.add_argument(option)
    parser.add_argument("command")
    parser.add_argument("root", nargs="?")
    options = parser.parse_args()
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


main()
