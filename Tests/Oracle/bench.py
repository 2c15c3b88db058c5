"""A bench in network namespaces: "nodewright serve" on one side of a cable, a machine that starts on the other.

    unshare --net python3 bench.py PROGRAM FOLDER dhcp|proxy|taken-web|taken-dhcp-port

Prints what the machine was told and what the program said, as JSON. Nothing is left: namespaces end with their processes.
"""
import ctypes
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time

program, folder, mode = sys.argv[1:]
MAC = bytes.fromhex("525400123456")


def run(*words):
    subprocess.run(words, check=True)


def enter_namespace_of(process):
    descriptor = os.open(f"/proc/{process}/ns/net", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(descriptor)


def option(number, content):
    return bytes([number, len(content)]) + content


def packet(kind, architecture, extra=b"", address="0.0.0.0", transaction=0x12345678):
    """DHCP as the PXE specification wants it; the answer comes by broadcast."""
    head = struct.pack("!BBBBIHH4s4s4s4s", 1, 1, 6, 0, transaction, 0, 0x8000, socket.inet_aton(address), *[bytes(4)] * 3)
    name = b"HTTPClient" if architecture == 16 else b"PXEClient"
    options = option(53, bytes([kind])) + option(55, bytes([1, 3, 43, 60, 66, 67])) + option(97, bytes(17))
    options += option(93, struct.pack("!H", architecture)) + option(94, b"\x01\x03\x10")
    options += option(60, name + b":Arch:%05d:UNDI:003016" % architecture) + extra
    return head + MAC + bytes(10) + bytes(192) + b"\x63\x82\x53\x63" + options + b"\xff"


def read(answer):
    options, rest = {}, answer[240:]
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        options[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    name = options.get(67) or answer[108:236]
    return {
        "address": socket.inet_ntoa(answer[16:20]),
        "server": socket.inet_ntoa(answer[20:24]),
        "file": name.split(b"\0")[0].decode(),
        "class": options.get(60, b"").decode(),
        "routers": 3 in options,
        "menu": menu(options.get(43, b"")),
    }


def menu(vendor):
    """The first entry of the PXE specification's boot menu, with its type."""
    while len(vendor) > 1 and vendor[0] != 255:
        if vendor[0] == 9:
            return [struct.unpack("!H", vendor[2:4])[0], vendor[5 : 5 + vendor[4]].decode()]
        vendor = vendor[2 + vendor[1] :]
    return None


def ask(kind, architecture, extra=b"", to=("255.255.255.255", 67), address="0.0.0.0"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0\0")
        client.bind(("", 68))
        client.settimeout(3)
        # An answer that comes late belongs to an earlier question.
        transaction = random.getrandbits(32)
        for _ in range(4):
            client.sendto(packet(kind, architecture, extra, address, transaction), to)
            try:
                while answer := client.recv(4096):
                    if answer[4:8] == struct.pack("!I", transaction):
                        return read(answer)
            except TimeoutError:
                continue
    return None


def tftp(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(3)
        client.sendto(b"\0\1" + name.encode() + b"\0octet\0", ("192.0.2.1", 69))
        content = b""
        while True:
            answer, server = client.recvfrom(600)
            if answer[1] != 3:
                return "error"
            content += answer[4:]
            client.sendto(b"\0\4" + answer[2:4], server)
            if len(answer) < 516:
                return content.decode()


def http(path):
    with socket.create_connection(("192.0.2.1", 80), timeout=5) as client:
        client.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while part := client.recv(4096):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return [int(head.split()[1]), body.decode()]


def machine():
    ipxe = option(175, b"\x01\x01\x01")
    if mode == "proxy":
        # The address is somebody else's business; what to start is asked at the port for that.
        offer = ask(1, 0)
        run("ip", "address", "add", "192.0.2.77/24", "dev", "eth0")
        item = option(43, struct.pack("!BBHHB", 71, 4, offer["menu"][0], 0, 255))
        return {"offer": offer, "bios": ask(3, 0, item, ("192.0.2.1", 4011), "192.0.2.77")}
    told = {"bios": ask(1, 0), "uefi": ask(1, 7), "http": ask(1, 16), "ipxe": ask(1, 0, ipxe)}
    run("ip", "address", "add", "192.0.2.77/24", "dev", "eth0")
    told["tftp"] = {name: tftp(name) for name in ["grub.0", "../secret", "/etc/passwd"]}
    told["web"] = {path: http(path) for path in ["/boot.ipxe", "/start.ipxe", "/../secret"]}
    return told


def in_namespace(process, body):
    """What a child that is in the other namespace found out."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter_namespace_of(process)
            os.write(sink, json.dumps(body()).encode())
        finally:
            os._exit(0)
    os.close(sink)
    with os.fdopen(source) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text)


def programs_here():
    """Which programs besides this one are in this network namespace."""
    mine, names = os.readlink("/proc/self/ns/net"), []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(entry) != os.getpid() and os.readlink(f"/proc/{entry}/ns/net") == mine:
                names.append(open(f"/proc/{entry}/comm").read().strip())
        except OSError:
            pass
    return sorted(names)


def main():
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth0")
    other = subprocess.Popen(["unshare", "--net", "sleep", "120"])
    while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
        time.sleep(0.01)
    try:
        run("ip", "link", "set", "eth0", "netns", str(other.pid))
        run("nsenter", f"--net=/proc/{other.pid}/ns/net", "ip", "link", "set", "eth0", "address", MAC.hex(":"), "up")
        run("ip", "address", "add", "192.0.2.1/24", "dev", "eth1")
        run("ip", "link", "set", "eth1", "up")
        taken = None
        if mode == "taken-web":
            taken = socket.create_server(("192.0.2.1", 80))
        elif mode == "taken-dhcp-port":
            taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            taken.bind(("", 67))
        more = ["--proxy-dhcp"] if mode == "proxy" else []
        served = subprocess.Popen(
            [program, "serve", folder, "--interface", "eth1"] + more,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        told = None
        if taken is None:
            select.select([served.stdout], [], [], 60)
            first = served.stdout.readline()
            # dnsmasq is there when its ports are.
            time.sleep(1)
            told = in_namespace(other.pid, machine)
            served.send_signal(signal.SIGINT)
        output, errors = served.communicate(timeout=60)
        if taken is None:
            output = first + output
        print(json.dumps({
            "status": served.returncode, "output": output, "errors": errors, "told": told, "left": programs_here()}))
    finally:
        other.kill()
        other.wait()


main()
