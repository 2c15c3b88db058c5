"""Versions of the product that differ as upgrades differ, for Tests/bench-delta."""

import glob
import os
import random
import re
import shutil
import subprocess

CACHE = os.environ.get("NODEWRIGHT_CACHE") or os.path.expanduser("~/.cache/nodewright")
# Assemblers fill the room between functions with this instruction, whose last four bytes mean nothing.
PADDING = b"\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00"


def run(*arguments, **options):
    result = subprocess.run(arguments, capture_output=True, **options)
    if result.returncode:
        raise SystemExit(f"{' '.join(arguments)}\n{(result.stdout + result.stderr)[-2000:].decode(errors='replace')}")
    return result.stdout


def packaged(names):
    """The files of packages of the lab whose names begin so."""
    files = []
    for package in glob.glob(os.path.join(CACHE, "lab/fedora/Packages/*/*.rpm")):
        if os.path.basename(package).startswith(names):
            files += run("rpm", "-qlp", "--nosignature", package).decode().split()
    return files


def rebuilt(content, seed):
    """A program as if it had been compiled again: it differs everywhere, and still runs."""
    randomness = random.Random(seed)
    changed = bytearray(content)
    for match in re.finditer(re.escape(PADDING), content):
        changed[match.end() - 4:match.end()] = randomness.randbytes(4)
    for match in re.finditer(rb"[A-Z][a-z]{3,} [a-z]+ [a-z]{3,}", content):
        changed[match.end() - 1] ^= 1
    return bytes(changed) + bytes(104)


def overlay(tree, names, folder):
    """Writes changed programs and libraries of packages below `folder`; returns their contents by path."""
    changed = {}
    for path in packaged(names):
        real = tree + path
        if os.path.islink(real) or not os.path.isfile(real):
            continue
        content = open(real, "rb").read()
        if not content.startswith(b"\x7fELF"):
            continue
        changed[path] = rebuilt(content, path)
        os.makedirs(os.path.dirname(folder + path), exist_ok=True)
        open(folder + path, "wb").write(changed[path])
        shutil.copymode(real, folder + path)
    if not changed:
        raise SystemExit(f"the lab has no programs of {names}")
    return changed


def segments(image):
    """The compressed parts of an initramfs, and what is in them."""
    data = open(image, "rb").read()
    starts = [match.start() for match in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), data)] + [len(data)]
    place = 0
    while place < len(starts) - 1:
        # The four bytes may also occur within a part.
        for end in range(place + 1, len(starts)):
            part = data[starts[place]:starts[end]]
            result = subprocess.run(["zstd", "-dcq"], input=part.rstrip(b"\0"), capture_output=True)
            if result.returncode == 0:
                yield part, result.stdout
                place = end
                break
        else:
            raise SystemExit(f"{image} has a part that is no zstd")


def replaced(archive, files):
    """A cpio archive with other contents for some files; None when it has none of them."""
    output, place, found = bytearray(), 0, False
    while archive[place:place + 6] == b"070701":
        size, length = int(archive[place + 54:place + 62], 16), int(archive[place + 94:place + 102], 16)
        name = archive[place + 110:place + 109 + length].decode()
        start = (place + 110 + length + 3) // 4 * 4
        head, body = archive[place:start], archive[start:start + size]
        new = files.get("/" + name.lstrip("./"))
        if new is not None and body:
            head, body, found = head[:54] + b"%08X" % len(new) + head[62:], new, True
        output += head + body + bytes(-len(body) % 4)
        place = (start + size + 3) // 4 * 4
    return bytes(output) + archive[place:] if found else None


def change_initramfs(image, files):
    """Puts changed files into an initramfs as the build would (zstd at level 12)."""
    output = b""
    for part, archive in segments(image):
        new = replaced(archive, files)
        if new is not None:
            part = run("zstd", "-12", "-cq", "--no-check", input=new)
            part += bytes(-len(part) % 4)
        output += part
    open(image, "wb").write(output)


def build(nodewright, source, work):
    """Builds all versions; returns the folder of the first, and title and folder of each other."""
    sources = os.path.join(work, "source")
    for name in ["recipes", "overlays"]:
        shutil.copytree(os.path.join(source, name), os.path.join(sources, name), symlinks=True)

    def version(name, lines, repositories="lab"):
        recipe = os.path.join(sources, "recipes", f"{name}.yaml")
        number = "0.1.0" if name == "first" else "0.1.1"
        with open(recipe, "w") as file:
            file.write(f"name: hypervisor\nversion: {number}\narch: x86_64\ninclude: [hypervisor.yaml]\n{lines}\n")
        output = os.path.join(work, name)
        run(nodewright, "build", recipe, "--repositories", repositories, "--format", "update", "--output", output)
        return os.path.join(output, "update")

    first = version("first", "")
    tree = os.path.join(work, "tree")
    run("unsquashfs", "-q", "-n", "-no-xattrs", "-d", tree, os.path.join(first, "root.squashfs"))
    pairs = [
        ("nothing changed but the version", version("same", "")),
        ("a leaf package added (lsof)", version("added", "packages: [lsof]")),
    ]
    for title, name, packages in [
        ("a leaf package changed (ethtool)", "leaf", ("ethtool-",)),
        ("glibc changed", "glibc", ("glibc-",)),
        ("systemd changed", "systemd", ("systemd-",)),
    ]:
        files = overlay(tree, packages, os.path.join(sources, "overlays", name))
        folder = version(name, f"overlays: [../overlays/{name}]")
        # The initramfs is made of packages alone, so that an overlay never changes it.
        change_initramfs(os.path.join(folder, "initramfs.img"), files)
        pairs.append((title, folder))
    pairs.append(("kernel, nodectl and a library changed", version("updates", "", "lab-updates")))
    return first, pairs
