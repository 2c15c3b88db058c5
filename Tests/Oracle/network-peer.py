"""What a node's three cables end in: a switch and its hosts, in a network namespace of their own.

    network-peer.py FOLDER      waits on FOLDER/cable0, cable1 and cable2 for a machine (nodewright boot --network socket:...)
    network-peer.py --probe     says why there can be no such thing here, with exit status 1

cable0 and cable1 are ports of one switch that passes frames of VLAN 5 only; the host there is 192.0.2.1 and 2001:db8:5::1, and
behind it is 203.0.113.1. cable2 leads to the host 198.51.100.1 and carries no tags. The tags are put on and taken off here, because
few kernels that run tests know VLANs; addresses, ARP, neighbour discovery and answers are the kernel's.

FOLDER/port then has a port of 127.0.0.1. Each connection to it sends one line, and gets what was said and "status N":
    ping ADDRESS SECONDS        until the first answer, or the time is over
    ssh ADDRESS COMMAND...      as root, with the key FOLDER/key
"""

import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import threading

NEW_USER, NEW_NET = 0x10000000, 0x40000000
VLAN = 5
# A switch drops what its ports cannot take.
QUEUE_LIMIT = 1 << 20


def enter_namespace():
    """As root a network namespace is enough; as anybody else it takes a user namespace around it."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(NEW_NET) == 0:
        return
    if libc.unshare(NEW_USER | NEW_NET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace can be made")
    for name, text in [("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")]:
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def make_tap(name, *addresses):
    """A card of the namespace whose cable ends in the descriptor that is returned."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    # TUNSETIFF with IFF_TAP and IFF_NO_PI.
    fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x0002 | 0x1000))
    for address in addresses:
        ip("address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
    ip("link", "set", name, "up")
    return tap


class Cable:
    """One end of a cable: a stream of frames, each after its length."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(1)
        self.machine = None
        self.plug(None)

    def plug(self, machine):
        if self.machine:
            self.machine.close()
        self.machine, self.received, self.waiting = machine, b"", b""
        if machine:
            machine.setblocking(False)

    def send(self, frame):
        if self.machine and len(self.waiting) < QUEUE_LIMIT:
            self.waiting += struct.pack("!I", len(frame)) + frame
            self.flush()

    def flush(self):
        try:
            while self.waiting:
                self.waiting = self.waiting[self.machine.send(self.waiting) :]
        except BlockingIOError:
            pass
        except OSError:
            self.plug(None)

    def frames(self):
        """The whole frames that have come; none when the machine is gone."""
        try:
            new = self.machine.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            new = b""
        if not new:
            return self.plug(None)
        self.received += new
        while len(self.received) >= 4:
            length = struct.unpack("!I", self.received[:4])[0]
            if len(self.received) < 4 + length:
                break
            frame, self.received = self.received[4 : 4 + length], self.received[4 + length :]
            yield frame


class Network:
    def __init__(self, folder):
        self.cables = [Cable(f"{folder}/cable{number}") for number in range(3)]
        ip("link", "set", "lo", "up")
        ip("address", "add", "203.0.113.1/32", "dev", "lo")
        self.tagged = make_tap("tagged", "192.0.2.1/24", "2001:db8:5::1/64")
        self.plain = make_tap("plain", "198.51.100.1/24")
        # Behind which port of the switch an address was seen last.
        self.ports = {}

    def from_cable(self, cable, frame):
        if cable is self.cables[2]:
            self.to_host(self.plain, frame)
        elif len(frame) >= 18 and frame[12:14] == b"\x81\x00" and struct.unpack("!H", frame[14:16])[0] & 0xFFF == VLAN:
            self.ports[frame[6:12]] = cable
            self.to_host(self.tagged, frame[:12] + frame[16:])

    @staticmethod
    def to_host(tap, frame):
        try:
            os.write(tap, frame)
        except OSError:
            # Too short or too much: networks lose frames.
            pass

    def from_host(self, tap):
        frame = os.read(tap, 1 << 16)
        if tap == self.plain:
            return self.cables[2].send(frame)
        known = self.ports.get(frame[:6])
        for cable in [known] if known and known.machine else self.cables[:2]:
            cable.send(frame[:12] + struct.pack("!HH", 0x8100, VLAN) + frame[12:])

    def run(self):
        while True:
            listeners = {cable.listener: cable for cable in self.cables}
            machines = {cable.machine: cable for cable in self.cables if cable.machine}
            waiting = [machine for machine, cable in machines.items() if cable.waiting]
            readable, writable, _ = select.select([*listeners, *machines, self.tagged, self.plain], waiting, [])
            for ready in writable:
                machines[ready].flush()
            for ready in readable:
                if ready in listeners:
                    listeners[ready].plug(ready.accept()[0])
                elif isinstance(ready, int):
                    self.from_host(ready)
                elif machines[ready].machine is ready:
                    for frame in machines[ready].frames():
                        self.from_cable(machines[ready], frame)


def command(folder, words):
    if len(words) == 3 and words[0] == "ping":
        # Addresses have no other characters, and options begin with another one.
        if words[1].strip("0123456789abcdef.:") == "" and words[2].isdecimal():
            return ["ping", "-n", "-q", "-c", "1", "-w", words[2], words[1]]
    if len(words) > 2 and words[0] == "ssh" and words[1].strip("0123456789.") == "":
        options = ["BatchMode=yes", "ConnectTimeout=30", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
        return [
            *["ssh", "-F", "none", "-i", f"{folder}/key", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"],
            *[word for option in options for word in ("-o", option)],
            *[f"root@{words[1]}", *words[2:]],
        ]
    return ["echo", "not understood:", *words]


def serve(folder, connection):
    with connection, connection.makefile("rw") as stream:
        words = stream.readline().split()
        result = subprocess.run(
            command(folder, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        stream.write(f"{result.stdout}status {result.returncode}\n")


def answer(folder, control):
    while True:
        connection = control.accept()[0]
        threading.Thread(target=serve, args=(folder, connection), daemon=True).start()


def main():
    if sys.argv[1] == "--probe":
        enter_namespace()
        os.close(make_tap("probe", "192.0.2.1/24", "2001:db8:5::1/64"))
        return
    folder = sys.argv[1]
    # Made before the namespace, it stays where the tests and QEMU's user network are.
    control = socket.create_server(("127.0.0.1", 0))
    enter_namespace()
    network = Network(folder)
    threading.Thread(target=answer, args=(folder, control), daemon=True).start()
    with open(f"{folder}/port.part", "w") as file:
        file.write(str(control.getsockname()[1]))
    os.rename(f"{folder}/port.part", f"{folder}/port")
    network.run()


if __name__ == "__main__":
    try:
        main()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"the machine's cables cannot be made here: {error}")
