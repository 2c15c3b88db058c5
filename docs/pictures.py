#!/usr/bin/env python3
"""Makes the pictures of docs/console.md anew: docs/pictures/*.png.

    swift build && python3 docs/pictures.py [NAME...]

The wizard and the menu are those of .build/debug/console-rehearsal, with the keys of Tests/ConsoleTests/ScreenTests.swift; the
status screen is that of .build/debug/nodectl on a made-up node. Both run in a private tmux server; nothing of this host is shown
or changed.

Needs: Python 3.11, Pillow and jeepney (python3-pil python3-jeepney, or "pip install pillow jeepney" in a virtual environment),
tmux, DejaVu Sans Mono (fonts-dejavu-core), and for status.png iproute2 and user namespaces. No part of "make check".
"""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from jeepney import HeaderFields, MessageType, new_method_return
from jeepney.low_level import Parser
from PIL import Image, ImageDraw, ImageFont

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = REPOSITORY / ".build/debug"
PICTURES = REPOSITORY / "docs/pictures"
COLUMNS, ROWS = 80, 24

# --- The terminal -----------------------------------------------------------------------------------------------------


class Terminal:
    """A program in a tmux server of its own."""

    def __init__(self, command, rows=ROWS):
        self.folder = tempfile.TemporaryDirectory(prefix="pictures-")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(rows), "sh", "-c",
                  f"export TERM=screen; {command}; exec sleep 1000")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.tmux("kill-server")
        self.folder.cleanup()

    def tmux(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        return subprocess.run(["tmux", "-u", "-S", self.folder.name + "/socket", *arguments], env=environment, check=True,
                              text=True, encoding="utf-8", stdout=subprocess.PIPE).stdout

    def wait(self, text, seconds=60):
        """The screen with its colours, as soon as a text is on it and nothing moves any more."""
        end, last = time.monotonic() + seconds, ""
        while time.monotonic() < end:
            now = self.tmux("capture-pane", "-e", "-N", "-p")
            if text in re.sub("\x1b\\[[0-9;]*m|\x0e|\x0f", "", now) and now == last:
                return now
            last = now
            time.sleep(0.1)
        sys.exit(f'"{text}" did not appear; the screen:\n{last}')

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)


# --- The wizard and the menu ------------------------------------------------------------------------------------------

# Page by page: what is waited for, its picture, and what is typed.
SETUP = [
    ("┤ Keyboard and language ├", "language", []),
    ("┤ Install, or run from this medium ├", None, []),
    ("┤ Disk ├", "disk", []),
    ("┤ Host name ├", None, ["node1.example.org"]),
    ("┤ Network ├", "network", []),
    ("┤ Test the network ├", None, []),
    ("Go back: in 5", "network-keep", []),
    ("┤ Administrator ├", "access", ["correct horse", "correct horse"]),
    ("┤ oVirt Engine ├", None, ["engine.example.org"]),
    ("┤ Is this the engine? ├", "fingerprint", []),
    ("┤ Summary ├", "summary", []),
]


def setup():
    screens = {}
    with Terminal(f"'{PROGRAMS}/console-rehearsal' setup newt") as terminal:
        for text, name, typed in SETUP:
            screens[name] = terminal.wait(text)
            for index, words in enumerate(typed):
                if index:
                    terminal.press("Tab")
                terminal.type(words)
            terminal.press("Enter")
    return {name: screen for name, screen in screens.items() if name}


def menu():
    with Terminal(f"'{PROGRAMS}/console-rehearsal' menu newt") as terminal:
        return {"menu": terminal.wait("┤ Menu ├")}


# --- The status screen ------------------------------------------------------------------------------------------------

# The files of a node that runs from a disk.
NODE = {
    "node/cmdline": "BOOT_IMAGE=/vmlinuz nodewright.slot=a quiet console=ttyS0,115200\n",
    "node/loadavg": "0.42 0.30 0.20 1/234 5678\n",
    "node/meminfo": "MemTotal: 16384000 kB\nMemAvailable: 15384000 kB\n",
    "sys/devices/system/cpu/online": "0-3\n",
    "etc/os-release": 'NAME="Nodewright Hypervisor"\nVERSION_ID=1.0\nIMAGE_ID=hypervisor\nIMAGE_VERSION=20261121\n',
    "etc/ssh/ssh_host_ed25519_key.pub":
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDC6vH6h8oGkT3Yc8Jq0X3f1yZ8m9Jt4kq1o4mB1w2kD root@node1\n",
    "sys/class/net/enp1s0/operstate": "up\n",
    "sys/class/net/enp1s0/address": "52:54:00:12:34:56\n",
    "sys/class/net/enp1s0/device/vendor": "0x1af4\n",
    "sys/class/net/enp2s0/operstate": "down\n",
    "sys/class/net/enp2s0/device/vendor": "0x1af4\n",
    "run/nodewright/engine/registration.json": '{"engine": "engine.example.org", "step": "up"}\n',
    "usr/lib64/libvirt.so.0": "",
    "dev/kvm": "",
    "dev/null": "",
}

UNITS = {"libvirtd.service": "running", "NetworkManager.service": "running", "sshd.service": "running",
         "chronyd.service": "running", "boot-complete.target": "active"}

# What the kernel says about it, in namespaces of its own.
START = """
set -e
ip link add enp1s0 type veth peer name enp2s0
ip address add 192.0.2.7/24 dev enp1s0
ip address add 2001:db8::7/64 dev enp1s0 nodad
echo node1.example.org >/proc/sys/kernel/hostname
mount --rbind /proc proc
for file in cmdline loadavg meminfo; do mount --bind node/$file proc/$file; done
exec chroot . /nodectl console
"""


def unit(name):
    """What systemd's manager says about a unit."""
    state = ("loaded", "active", UNITS[name]) if name in UNITS else ("not-found", "inactive", "dead")
    return (name, "", *state, "", "/", 0, "", "/")


def answer(member, body):
    """Signature and values of an answer to nodectl."""
    match member:
        case "Hello": return "s", (":1.1",)
        case "ListUnitsByNames": return "a(ssssssouso)", ([unit(name) for name in body[0]],)
        case "ListUnitsFiltered": return "a(ssssssouso)", ([],)
        case _: return None, ()


def serve(connection):
    """A system bus with systemd on it, as far as nodectl asks."""
    lines = connection.makefile("rb")
    words = {b"AUTH": b"DATA", b"DATA": b"OK " + b"0" * 32, b"NEGOTIATE_UNIX_FD": b"AGREE_UNIX_FD"}
    while (line := lines.readline().strip(b"\0\r\n")) not in (b"", b"BEGIN"):
        connection.sendall(words.get(line.split()[0], b"ERROR") + b"\r\n")
    parser, serial = Parser(), 0
    while received := lines.read1(65536):
        for message in parser.feed(received):
            if message.header.message_type != MessageType.method_call:
                continue
            fields = message.header.fields
            fields.setdefault(HeaderFields.sender, ":1.1")
            signature, values = answer(fields[HeaderFields.member], message.body)
            reply = new_method_return(message, signature, values)
            reply.header.fields[HeaderFields.sender] = fields[HeaderFields.destination]
            serial += 1
            connection.sendall(reply.serialise(serial))


def accept(listener):
    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()


def status():
    with tempfile.TemporaryDirectory(prefix="pictures-node-") as root, socket.socket(socket.AF_UNIX) as listener:
        for path, content in NODE.items():
            file = pathlib.Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        # The program must find its libraries there, too, and libparted a shell.
        nodectl = PROGRAMS / "nodectl"
        libraries = subprocess.run(["ldd", nodectl, "/bin/sh"], check=True, text=True, stdout=subprocess.PIPE).stdout
        shutil.copy(nodectl, root + "/nodectl")
        for file in {"/bin/sh", *re.findall(r"(/\S+) \(0x", libraries)}:
            os.makedirs(root + os.path.dirname(file), exist_ok=True)
            shutil.copy(file, root + file)
        for folder in ["/proc", "/run/dbus"]:
            os.makedirs(root + folder)
        listener.bind(root + "/run/dbus/system_bus_socket")
        listener.listen()
        threading.Thread(target=accept, args=[listener], daemon=True).start()
        pathlib.Path(root, "start").write_text(START)
        unshare = f"cd '{root}'; PATH=$PATH:/usr/sbin:/sbin unshare --map-root-user --mount --net --uts sh start"
        with Terminal(unshare, ROWS + 2) as terminal:
            # On a terminal that is none of the kernel's, an empty line comes first.
            return {"status": terminal.wait("F2 for the menu").split("\n", 1)[1]}


# --- The pictures -----------------------------------------------------------------------------------------------------

# The colours of the kernel's console.
PALETTE = [(0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170),
           (85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255),
           (255, 255, 255)]
FONT_SIZE = 16
CELL = 10, 19

# Where lines go from the middle of a cell: left, up, right, down. Drawn, so that they join.
BOXES = {"─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "udr", "┤": "udl", "┬": "lrd", "┴": "lru",
         "┼": "lrud"}


def font(name):
    for folder in ["/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu-sans-mono-fonts"]:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(f"{folder}/{name}.ttf", FONT_SIZE)
    sys.exit(f"{name} is missing: install fonts-dejavu-core")


def cells(screen):
    """Row, column, character, foreground and background of everything on a screen."""
    colour, background, isBold, isReverse = 7, 0, False, False
    for row, line in enumerate(screen.split("\n")[:ROWS]):
        column = 0
        for part in re.finditer("\x1b\\[([0-9;]*)m|([^\x1b\x0e\x0f])", line):
            if part[2]:
                front = colour + 8 if isBold and colour < 8 else colour
                yield row, column, part[2], *((background, front) if isReverse else (front, background))
                column += 1
                continue
            for code in map(int, (part[1] or "0").split(";")):
                match code:
                    case 0: colour, background, isBold, isReverse = 7, 0, False, False
                    case 1: isBold = True
                    case 7: isReverse = True
                    case 22: isBold = False
                    case 27: isReverse = False
                    case 39: colour = 7
                    case 49: background = 0
                    case _ if 30 <= code < 38: colour = code - 30
                    case _ if 40 <= code < 48: background = code - 40
                    case _ if 90 <= code < 98: colour = code - 82
                    case _ if 100 <= code < 108: background = code - 92
                    case _: sys.exit(f"the screen has a colour that this script does not know: {part[1]}")


def draw(screen):
    width, height = CELL
    image = Image.new("RGB", (COLUMNS * width, ROWS * height))
    pen = ImageDraw.Draw(image)
    plain = font("DejaVuSansMono")
    for row, column, character, front, back in cells(screen):
        x, y = column * width, row * height
        right, bottom = x + width - 1, y + height - 1
        middle, centre = x + width // 2, y + height // 2
        pen.rectangle([x, y, right, bottom], fill=PALETTE[back])
        if character in BOXES:
            ends = {"l": (x, centre), "r": (right, centre), "u": (middle, y), "d": (middle, bottom)}
            for end in BOXES[character]:
                pen.line([(middle, centre), ends[end]], fill=PALETTE[front])
        elif character != " ":
            # One higher: an underscore would be below the cell.
            pen.text((x, y - 1), character, fill=PALETTE[front], font=plain)
    return image.quantize(32, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def main():
    wanted = set(sys.argv[1:])
    known = {"menu", "status"} | {name for _, name, _ in SETUP if name}
    if not wanted <= known:
        sys.exit("there are: " + " ".join(sorted(known)))
    PICTURES.mkdir(exist_ok=True)
    total = 0
    for make, names in [(setup, known - {"menu", "status"}), (menu, {"menu"}), (status, {"status"})]:
        if wanted and not wanted & names:
            continue
        for name, screen in make().items():
            if wanted and name not in wanted:
                continue
            file = PICTURES / f"{name}.png"
            draw(screen).save(file, optimize=True)
            total += file.stat().st_size
            print(f"{file.relative_to(REPOSITORY)}: {file.stat().st_size} bytes")
    print(f"{total} bytes")


main()
