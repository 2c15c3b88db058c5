"""A test engine: what an oVirt Engine says to a host that wants to become one of its own, and everything that can go wrong.

    engine.py FOLDER [--port PORT] [--listen ADDRESS] [--name NAME]... [--set SWITCH=VALUE]... [--people]

Independent of the code under test: Python's standard library, and the program openssl for certificates. FOLDER gets the
keys and certificates (made once), and the file "control" with the port of the control service on 127.0.0.1; once that is
there, the folder is not needed any more.

Control (plain HTTP, GET only, so that any client can do it):
    /new?SWITCH=VALUE&...        a new engine with its own port, hosts and faults; says what a test must know of it, as JSON
    /PORT/set?SWITCH=VALUE&...   other switches from now on
    /PORT/requests               every request so far: method, path, query, headers, body
    /PORT/hosts                  the hosts of the engine
    /PORT/approve?name=NAME      what an administrator does in the web interface
    /PORT/end                    the end of this engine

Switches (the first value is the default):
    certificate     good, expired, early, foreign, wrong-name: what the web server shows
    then            a certificate that is shown from the first answer about the authority on
    authority       good, other, expired, leaf, two: what get-pki-trust and pki-resource send
    ssh-key         line, no-newline, options, two-lines, control, comment-control, dsa, private, empty
    service         yes, no: whether there is host-register at all
    store           yes, no: whether a registration that is answered with OK is stored
    cluster         Default, or empty for an engine without any
    auto-approve    no, yes
    install         up, install_failed, stay: how the installation ends
    polls           2: after so many looks at a host its status goes on
    user, password  admin@internal, secret
    token-uses      1000000: after so many requests a token has expired
    echo            no, yes: whether messages repeat the credentials
    fault           none, or WHAT:HOW[,WHAT:HOW...]; WHAT is get-version, get-pki-trust, get-ssh-trust, register, pki-resource,
                    health, token, hosts, add, host, approve or * for all; HOW is a status (400, 401, 403, 404, 409, 500, 503),
                    html, empty, endless, huge, redirect, redirect-plain, slow, silent, reset, cut, chunked; with HOW*N only the
                    first N times
"""

import argparse
import base64
import datetime
import hashlib
import http.server
import json
import os
import re
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

DEFAULTS = {
    "certificate": "good", "then": "", "authority": "good", "ssh-key": "line", "service": "yes", "store": "yes",
    "cluster": "Default", "auto-approve": "no", "install": "up", "polls": "2", "user": "admin@internal",
    "password": "secret", "token-uses": "1000000", "echo": "no", "fault": "",
}
VALUES = {
    "certificate": {"good", "expired", "early", "foreign", "wrong-name"},
    "authority": {"good", "other", "expired", "leaf", "two"},
    "ssh-key": {"line", "no-newline", "options", "two-lines", "control", "comment-control", "dsa", "private", "empty"},
    "service": {"yes", "no"}, "store": {"yes", "no"}, "auto-approve": {"no", "yes"},
    "install": {"up", "install_failed", "stay"}, "echo": {"no", "yes"},
}
PAGE = b"<html><head><title>Error</title></head><body><h1>An error has occurred</h1></body></html>\n"


class Authority:
    """Keys and certificates, made by openssl."""

    def __init__(self, folder, names):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(self.path("made")):
            self._make(names)
        self.ssh_key = self._ssh_key()
        self.private_key = self.read("engine.key")
        self.pem = {name: self.read(name + ".pem") for name in ("ca", "other-ca", "expired-ca", "good", "foreign")}
        self.contexts = {}
        for name in ("good", "expired", "early", "foreign", "wrong-name"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.path(name + ".pem"), self.path("engine.key"))
            self.contexts[name] = context

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def _openssl(self, *words):
        result = subprocess.run(
            ("openssl",) + words, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            sys.exit("openssl %s: %s" % (" ".join(words), result.stderr))
        return result.stdout

    def _make(self, names):
        alternatives = ",".join(("IP:" if re.fullmatch(r"[0-9.]+|.*:.*", name) else "DNS:") + name for name in names)
        self.write("openssl.cnf", """
[req]
distinguished_name = name
[name]
[ca]
default_ca = files
[files]
database = index
new_certs_dir = .
serial = serial
policy = anything
default_md = sha256
unique_subject = no
copy_extensions = none
[anything]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
subjectAltName = %s
[wrong]
basicConstraints = CA:FALSE
subjectAltName = DNS:other.example.org
""" % alternatives)
        self.write("index", "")
        self.write("serial", "1000\n")
        for name in ("ca", "other-ca", "engine"):
            self._openssl("genrsa", "-out", name + ".key", "2048")
            os.chmod(self.path(name + ".key"), 0o600)
        now = datetime.datetime.now(datetime.timezone.utc)
        form = "%Y%m%d%H%M%SZ"
        begin = (now - datetime.timedelta(days=2)).strftime(form)
        end = (now + datetime.timedelta(days=365)).strftime(form)
        over = (now - datetime.timedelta(days=1)).strftime(form)
        later = (now + datetime.timedelta(days=30)).strftime(form)

        def certify(name, subject, key, ca, extensions, until, since=begin):
            self._openssl("req", "-new", "-config", "openssl.cnf", "-subj", "/CN=" + subject, "-key", key + ".key",
                          "-out", name + ".csr")
            signer = ["-selfsign"] if ca is None else ["-cert", ca + ".pem"]
            self._openssl("ca", "-batch", "-config", "openssl.cnf", "-notext", "-in", name + ".csr",
                          "-out", name + ".pem", "-extensions", extensions, "-startdate", since, "-enddate", until,
                          "-keyfile", (key if ca is None else ca) + ".key", *signer)

        certify("ca", "engine authority", "ca", None, "authority", end)
        certify("other-ca", "other authority", "other-ca", None, "authority", end)
        certify("expired-ca", "expired authority", "ca", None, "authority", over)
        certify("good", "engine", "engine", "ca", "leaf", end)
        certify("expired", "engine", "engine", "ca", "leaf", over)
        certify("early", "engine", "engine", "ca", "leaf", end, since=later)
        certify("foreign", "engine", "engine", "other-ca", "leaf", end)
        certify("wrong-name", "engine", "engine", "ca", "wrong", end)
        self.write("made", "")

    def wrapped(self, name):
        """As an engine sends it: one certificate, base64 in lines of 76 characters."""
        der = ssl.PEM_cert_to_DER_cert(self.pem[name])
        text = base64.b64encode(der).decode()
        lines = [text[start:start + 76] for start in range(0, len(text), 76)]
        return "\n".join(["-----BEGIN CERTIFICATE-----"] + lines + ["-----END CERTIFICATE-----", ""])

    def fingerprint(self, name, algorithm):
        digits = hashlib.new(algorithm, ssl.PEM_cert_to_DER_cert(self.pem[name])).hexdigest().upper()
        return ":".join(digits[start:start + 2] for start in range(0, len(digits), 2))

    def _ssh_key(self):
        """The public half of the engine's key as a line of authorized_keys (RFC 4253, 6.6)."""
        modulus = self._openssl("rsa", "-in", "engine.key", "-noout", "-modulus").strip().split("=")[1]

        def text(content):
            return struct.pack(">I", len(content)) + content

        blob = text(b"ssh-rsa") + text(b"\x01\x00\x01") + text(b"\x00" + bytes.fromhex(modulus))
        return "ssh-rsa %s ovirt-engine" % base64.b64encode(blob).decode()


class Refusal(Exception):
    """An answer of the REST interface that is an error."""

    def __init__(self, status, reason, detail):
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail


class Engine:
    """One engine: its switches, hosts and log."""

    def __init__(self, authority, address, port, switches):
        self.authority = authority
        self.lock = threading.RLock()
        self.switches = dict(DEFAULTS)
        self.faults = {}
        self.hosts = []
        self.requests = []
        self.tokens = {}
        self.told_authority = False
        self.key_line = authority.ssh_key
        self.set(switches)
        self.server = EngineServer((address, port), self)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def set(self, switches):
        with self.lock:
            for name, value in switches.items():
                if name not in DEFAULTS:
                    raise ValueError("no such switch: " + name)
                if name in VALUES and value not in VALUES[name]:
                    raise ValueError("%s cannot be %s" % (name, value))
                self.switches[name] = value
                if name == "fault":
                    self.faults = {}
                    for part in filter(None, value.split(",")):
                        what, how = part.split(":")
                        how, _, times = how.partition("*")
                        self.faults[what] = [how, int(times) if times else None]

    def fault(self, what):
        with self.lock:
            for name in (what, "*"):
                entry = self.faults.get(name)
                if entry is None or entry[1] == 0:
                    continue
                if entry[1] is not None:
                    entry[1] -= 1
                return entry[0]
        return None

    def context(self):
        name = self.switches["certificate"]
        if self.told_authority and self.switches["then"]:
            name = self.switches["then"]
        return self.authority.contexts[name]

    def description(self):
        return {
            "port": self.port, "sha256": self.authority.fingerprint("ca", "sha256"),
            "sha1": self.authority.fingerprint("ca", "sha1"),
            "other-sha256": self.authority.fingerprint("other-ca", "sha256"), "authority": self.authority.pem["ca"],
            "other-authority": self.authority.pem["other-ca"], "ssh-key": self.key_line,
            "ssh-private-key": self.authority.private_key,
        }

    # The authority and the key.

    def trusted_authority(self):
        with self.lock:
            kind = self.switches["authority"]
            self.told_authority = True
        if kind == "two":
            return self.authority.wrapped("ca") + self.authority.wrapped("other-ca")
        return self.authority.wrapped({"good": "ca", "other": "other-ca", "expired": "expired-ca", "leaf": "good"}[kind])

    def trusted_key(self):
        line = self.key_line
        return {
            "line": line + "\n", "no-newline": line, "options": 'command="/bin/sh" ' + line + "\n",
            "two-lines": line + "\n" + line.replace("ovirt-engine", "intruder") + "\n",
            "control": line.replace(" ", "\x1b[2K ", 1) + "\n", "comment-control": line + "\x1b]0;owned\x07\n",
            "dsa": line.replace("ssh-rsa", "ssh-dss", 1) + "\n",
            "private": "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "empty": "",
        }[self.switches["ssh-key"]]

    # Registration: RegisterServlet and RegisterVdsQuery.

    def register(self, query, peer):
        unique_id = re.sub(r"[^A-Za-z0-9.:_-]", "", query.get("uniqueId", ""))
        address = query.get("address") or peer
        try:
            ssh_port = int(query.get("sshPort") or 22)
            int(query.get("vdsPort") or 54321)
        except ValueError:
            return 400
        if not unique_id:
            return 400
        with self.lock:
            known = [host for host in self.hosts if host["unique_id"] == unique_id]
            if len(known) > 1:
                return 400
            if known or self.switches["store"] == "no" or not self.switches["cluster"]:
                return 200
            for number, host in enumerate([host for host in self.hosts if host["address"] == address]):
                host["address"] = "hostname-was-%s-%d" % (address, number + 1)
            self.hosts.append(self.host(
                self.free_name(query.get("name") or address), address, unique_id, ssh_port,
                "installing" if self.switches["auto-approve"] == "yes" else "pending_approval",
                query.get("sshKeyFingerprint", "")))
        return 200

    def free_name(self, name):
        taken = {host["name"] for host in self.hosts}
        free, number = name, 1
        while free in taken:
            number += 1
            free = "%s-%d" % (name, number)
        return free

    def host(self, name, address, unique_id, ssh_port, status, fingerprint):
        return {
            "id": "00000000-0000-4000-8000-%012d" % (len(self.hosts) + 1), "name": name, "address": address,
            "unique_id": unique_id, "ssh_port": ssh_port, "fingerprint": fingerprint, "status": status,
            "cluster": self.switches["cluster"], "looks": 0,
        }

    # Login: OAuthTokenServlet.

    def login(self, form, accept):
        """Status and JSON of the answer."""
        api = form.get("scope") == "ovirt-app-api"

        def refuse(code, message):
            if self.switches["echo"] == "yes":
                message += " user %s password %s" % (form.get("username"), form.get("password"))
            if api:
                return 400, {"error_code": code, "error": message}
            return 400, {"error": code, "error_description": message}

        if accept != "application/json":
            return refuse("invalid_request", "Missing parameter: 'Accept'")
        if form.get("grant_type") != "password":
            return refuse("unsupported_grant_type", "The grant type is not supported")
        if not api:
            return refuse("invalid_scope", "The requested scope is invalid")
        if form.get("username") != self.switches["user"] or form.get("password") != self.switches["password"]:
            return refuse("access_denied", "Cannot authenticate user: the user name or password is incorrect.")
        with self.lock:
            token = "token-%d-%s" % (self.port, hashlib.sha256(os.urandom(16)).hexdigest()[:40])
            self.tokens[token] = int(self.switches["token-uses"])
        expiry = str(int((time.time() + 3600) * 1000))
        return 200, {"access_token": token, "scope": "ovirt-app-api", "exp": expiry, "token_type": "bearer"}

    def require_token(self, header):
        with self.lock:
            token = (header or "").removeprefix("Bearer ")
            if self.tokens.get(token, 0) <= 0:
                detail = "token %s is not valid" % token if self.switches["echo"] == "yes" else "Token is not valid"
                raise Refusal(401, "Unauthorized", detail)
            self.tokens[token] -= 1

    # REST: BackendHostsResource and BackendHostResource.

    def search(self, text):
        match = re.fullmatch(r'\s*(name|address)\s*=\s*(?:"([^"]*)"|(\S+))\s*', text or "")
        if text and not match:
            raise Refusal(400, "Operation Failed", "[search: invalid syntax]")
        with self.lock:
            if not match:
                return list(self.hosts)
            pattern = re.escape(match[2] or match[3] or "").replace(r"\*", ".*")
            return [host for host in self.hosts if re.fullmatch(pattern, host[match[1]], re.IGNORECASE)]

    def find(self, identifier, missing=404):
        for host in self.hosts:
            if host["id"] == identifier:
                return host
        raise Refusal(missing, "Operation Failed", "[Entity not found: Host: id=%s]" % identifier)

    def look(self, identifier):
        with self.lock:
            host = self.find(identifier)
            host["looks"] += 1
            if host["looks"] >= int(self.switches["polls"]) and host["status"] in ("installing", "reboot"):
                host["looks"] = 0
                end = self.switches["install"]
                if end == "up":
                    host["status"] = "reboot" if host["status"] == "installing" else "up"
                elif end == "install_failed":
                    host["status"] = end
            return dict(host)

    def add(self, body):
        name, address = body.get("name"), body.get("address")
        if not name or not address:
            raise Refusal(400, "Incomplete parameters", "Host [name, address] required for add")
        cluster = (body.get("cluster") or {}).get("name") or "Default"
        ssh_settings = body.get("ssh") or {}
        with self.lock:
            if cluster != self.switches["cluster"]:
                raise Refusal(404, "Operation Failed", "[Entity not found: Cluster: name=%s]" % cluster)
            if any(host["name"] == name for host in self.hosts):
                raise Refusal(409, "Operation Failed",
                              "[Cannot add Host. The Host name is already in use, please choose a unique name.]")
            if any(host["address"] == address for host in self.hosts):
                raise Refusal(409, "Operation Failed",
                              "[Cannot add Host. The Host with the same address already exists.]")
            host = self.host(name, address, "", int(ssh_settings.get("port") or 22), "installing",
                             ssh_settings.get("fingerprint") or "")
            self.hosts.append(host)
            return dict(host)

    def approve(self, identifier, body):
        cluster = (body.get("cluster") or {}).get("name")
        with self.lock:
            host = self.find(identifier, missing=404 if cluster else 400)
            if host["status"] not in ("pending_approval", "install_failed", "installing_os"):
                raise Refusal(409, "Operation Failed",
                              "[Cannot approve Host. The Host is in the wrong status: %s]" % host["status"])
            if cluster and cluster != self.switches["cluster"]:
                raise Refusal(404, "Operation Failed", "[Entity not found: Cluster: name=%s]" % cluster)
            host["status"], host["looks"] = "installing", 0


class EngineServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, engine):
        self.engine = engine
        super().__init__(address, EngineHandler)

    def server_bind(self):
        # Without HTTPServer's look for the full name of the address.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def finish_request(self, request, client_address):
        """In the thread of the connection, so that nobody waits for another one's handshake."""
        request.settimeout(60)
        try:
            with self.engine.context().wrap_socket(request, server_side=True) as connection:
                self.RequestHandlerClass(connection, client_address, self)
        except (OSError, ssl.SSLError):
            pass


class EngineHandler(http.server.BaseHTTPRequestHandler):
    server_version = "Engine"
    protocol_version = "HTTP/1.1"

    @property
    def engine(self):
        return self.server.engine

    def log_message(self, format, *arguments):
        pass

    def do_GET(self):
        self.handle_request()

    def do_POST(self):
        self.handle_request()

    def do_PUT(self):
        self.handle_request()

    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(min(length, 1 << 20))
        path, _, query = self.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        with self.engine.lock:
            self.engine.requests.append({
                "method": self.command, "path": path, "raw-query": query, "query": self.query,
                "headers": dict(self.headers.items()), "body": self.body.decode("utf-8", "replace"),
            })
        what = self.what(path)
        if what and self.misbehave(self.engine.fault(what)):
            return
        getattr(self, "answer_" + (what or "other").replace("-", "_"))(path)

    def what(self, path):
        if path == "/ovirt-engine/services/host-register" and self.engine.switches["service"] == "yes":
            command = self.query.get("command", "")
            return command if command in ("get-version", "get-pki-trust", "get-ssh-trust", "register") else "service"
        return {
            ("/ovirt-engine/services/pki-resource", True): "pki-resource",
            ("/ovirt-engine/services/health", True): "health", ("/ovirt-engine/sso/oauth/token", True): "token",
            ("/ovirt-engine/api/hosts", self.command == "GET"): "hosts",
            ("/ovirt-engine/api/hosts", self.command == "POST"): "add",
            (path, bool(re.fullmatch(r"/ovirt-engine/api/hosts/[^/]+", path))): "host",
            (path, bool(re.fullmatch(r"/ovirt-engine/api/hosts/[^/]+/approve", path))): "approve",
        }.get((path, True))

    def reply(self, status, kind, body, headers=()):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def page(self, status):
        self.reply(status, "text/html;charset=UTF-8", PAGE)

    # Faults.

    def misbehave(self, how):
        """Whether the request is dealt with."""
        if how is None:
            return False
        self.close_connection = True
        if how.isdigit():
            self.page(int(how))
        elif how == "html":
            self.page(200)
        elif how == "empty":
            self.reply(200, "text/plain", b"")
        elif how == "huge":
            self.reply(200, "text/plain", b"x" * (64 << 20))
        elif how == "endless":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        elif how in ("redirect", "redirect-plain"):
            scheme = "https" if how == "redirect" else "http"
            self.reply(302, "text/html", PAGE, [("Location", scheme + "://other.example.org" + self.path)])
        elif how == "slow":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            for _ in range(100000):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.2)
        elif how == "silent":
            time.sleep(120)
        elif how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        elif how == "cut":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
        elif how == "chunked":
            # The right answer, in pieces of one byte: no fault of the engine, but none of the client either.
            self.chunked = True
            return False
        return True

    def send_header(self, keyword, value):
        if getattr(self, "chunked", False) and keyword == "Content-Length":
            keyword, value = "Transfer-Encoding", "chunked"
        super().send_header(keyword, value)

    def end_headers(self):
        super().end_headers()
        if getattr(self, "chunked", False):
            self.wfile = Chunks(self.wfile)

    # host-register.

    def host_register(self, body):
        """Checks what is common to all commands; `body` gives kind and text, or a status."""
        if self.command != "GET":
            return self.page(405)
        if self.query.get("version") != "1":
            return self.page(400)
        answer = body()
        if isinstance(answer, int):
            return self.page(answer)
        self.reply(200, *answer)

    def answer_service(self, path):
        # No command, or one that does not exist.
        self.host_register(lambda: 400)

    def answer_get_version(self, path):
        self.host_register(lambda: ("text/plain", "1"))

    def answer_get_pki_trust(self, path):
        self.host_register(lambda: ("application/x-x509-ca-cert", self.engine.trusted_authority()))

    def answer_get_ssh_trust(self, path):
        self.host_register(lambda: ("text/plain", self.engine.trusted_key()))

    def answer_register(self, path):
        def register():
            status = self.engine.register(self.query, self.client_address[0])
            return ("text/plain", "OK\n") if status == 200 else status

        self.host_register(register)

    # What else an engine has.

    def answer_pki_resource(self, path):
        resource, form = self.query.get("resource"), self.query.get("format", "X509-PEM")
        if resource in ("ca-certificate", "qemu-ca-certificate") and form in ("X509-PEM", "X509-PEM-CA"):
            kind = "application/x-x509-ca-cert" if form == "X509-PEM-CA" else "application/x-x509-cert"
            self.reply(200, kind, self.engine.trusted_authority())
        elif resource == "engine-certificate" and form == "OPENSSH-PUBKEY":
            self.reply(200, "text/plain", self.engine.trusted_key())
        elif resource == "engine-certificate" and form == "X509-PEM":
            self.reply(200, "application/x-x509-cert", self.engine.authority.wrapped("good"))
        else:
            self.page(400)

    def answer_health(self, path):
        self.reply(200, "text/html", "DB Up!Welcome to Health Status!")

    def answer_token(self, path):
        if self.command != "POST":
            return self.page(405)
        form = dict(urllib.parse.parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        if self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            form = {}
        status, answer = self.engine.login(form, self.headers.get("Accept"))
        self.reply(status, "application/json", json.dumps(answer))

    def answer_other(self, path):
        # Engines before 4.0, which nobody needs any more.
        legacy = {"/ca.crt": self.engine.trusted_authority, "/engine.ssh.key.txt": self.engine.trusted_key}
        if path in legacy:
            self.reply(200, "text/plain", legacy[path]())
        elif path == "/OvirtEngineWeb/register" and self.query.get("vds_ip"):
            status = self.engine.register(
                {"uniqueId": self.query.get("vds_unique_id", "").split("_")[0], "address": self.query["vds_ip"],
                 "name": self.query.get("vds_name", "")}, self.client_address[0])
            now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
            self.reply(200, "text/html", now) if status == 200 else self.page(500)
        else:
            self.page(404)

    # REST.

    def answer_hosts(self, path):
        self.rest(lambda: (200, "hosts", [self.shown(host) for host in self.engine.search(self.query.get("search"))]))

    def answer_add(self, path):
        self.rest(lambda: (201, "host", self.shown(self.engine.add(self.content()))))

    def answer_host(self, path):
        self.rest(lambda: (200, "host", self.shown(self.engine.look(path.split("/")[4]))))

    def answer_approve(self, path):
        def approve():
            self.engine.approve(path.split("/")[4], self.content())
            return 200, "action", {"status": "complete", "job": {"id": "1", "href": "/ovirt-engine/api/jobs/1"}}

        self.rest(approve, is_action=True)

    def shown(self, host):
        keys = ("id", "name", "address", "status")
        return {"href": "/ovirt-engine/api/hosts/" + host["id"], **{key: host[key] for key in keys},
                "cluster": {"name": host["cluster"]},
                "ssh": {"port": str(host["ssh_port"]), "fingerprint": host["fingerprint"]}}

    def content(self):
        kind = (self.headers.get("Content-Type") or "").split(";")[0]
        try:
            if kind == "application/json":
                body = json.loads(self.body or b"{}")
                if isinstance(body, dict):
                    return body
            elif kind == "application/xml":
                body = self.from_xml(ElementTree.fromstring(self.body))
                return body if isinstance(body, dict) else {}
        except (ValueError, ElementTree.ParseError):
            pass
        raise Refusal(400, "Operation Failed", "[Cannot parse the request]")

    def from_xml(self, element):
        if len(element) == 0:
            return element.text or ""
        return {child.tag: self.from_xml(child) for child in element}

    def rest(self, body, is_action=False):
        accept = (self.headers.get("Accept") or "application/xml").split(",")[0].strip()
        if accept not in ("application/json", "application/xml"):
            return self.page(406)
        if self.command not in ("GET", "POST"):
            return self.page(405)
        headers = []
        try:
            self.engine.require_token(self.headers.get("Authorization"))
            status, name, value = body()
            if status == 201:
                headers.append(("Location", "https://localhost" + value["href"]))
        except Refusal as refusal:
            status, name, value = refusal.status, "fault", {"reason": refusal.reason, "detail": refusal.detail}
            if status == 401:
                headers.append(("WWW-Authenticate", "Bearer realm=\"oVirt\""))
            elif is_action:
                name, value = "action", {"status": "failed", "fault": value}
        if accept == "application/json":
            text = json.dumps({"host": value} if name == "hosts" and value else {} if name == "hosts" else value)
        else:
            root = ElementTree.Element(name)
            if name == "hosts":
                for host in value:
                    self.to_xml(ElementTree.SubElement(root, "host"), host)
            else:
                self.to_xml(root, value)
            text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
        self.reply(status, accept, text, headers)

    def to_xml(self, element, value):
        for key, inner in value.items():
            if key in ("id", "href"):
                element.set(key, inner)
            elif isinstance(inner, dict):
                self.to_xml(ElementTree.SubElement(element, key), inner)
            else:
                ElementTree.SubElement(element, key).text = str(inner)


class Chunks:
    """Writes each byte as a chunk of its own (RFC 9112, 7.1)."""

    def __init__(self, file):
        self.file = file

    def write(self, content):
        self.file.write(b"".join(b"1\r\n" + content[index:index + 1] + b"\r\n" for index in range(len(content))))
        self.file.write(b"0\r\n\r\n")

    def __getattr__(self, name):
        return getattr(self.file, name)


class Control(http.server.BaseHTTPRequestHandler):
    """What tests tell the engines."""

    engines = {}

    def log_message(self, format, *arguments):
        pass

    def do_GET(self):
        path, _, query = self.path.partition("?")
        words = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        try:
            answer, status = self.obey(path.strip("/").split("/"), words), 200
        except (KeyError, ValueError) as error:
            answer, status = {"error": str(error)}, 400
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def obey(self, parts, words):
        if parts == ["new"]:
            engine = Engine(self.server.authority, self.server.listen_address, 0, words)
            self.engines[engine.port] = engine
            return engine.description()
        engine = self.engines[int(parts[0])]
        match parts[1]:
            case "set":
                engine.set(words)
                return {}
            case "requests":
                with engine.lock:
                    return list(engine.requests)
            case "hosts":
                with engine.lock:
                    return [dict(host) for host in engine.hosts]
            case "approve":
                with engine.lock:
                    engine.approve(next(host["id"] for host in engine.hosts if host["name"] == words["name"]), {})
                return {}
            case "end":
                engine.server.shutdown()
                engine.server.server_close()
                del self.engines[engine.port]
                return {}
        raise ValueError("no such command: " + parts[1])


def main():
    parser = argparse.ArgumentParser(description="A test engine.")
    parser.add_argument("folder")
    parser.add_argument("--port", type=int)
    parser.add_argument("--listen", default="127.0.0.1")
    parser.add_argument("--name", action="append", default=[])
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--people", action="store_true")
    options = parser.parse_args()
    # 10.0.2.2 is this machine to a guest in QEMU's user network.
    names = ["localhost", "127.0.0.1", "10.0.2.2"] + options.name
    authority = Authority(options.folder, names)
    control = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Control)
    control.daemon_threads = True
    control.authority, control.listen_address = authority, options.listen
    if options.port is not None:
        engine = Engine(authority, options.listen, options.port, dict(word.split("=", 1) for word in options.set))
        Control.engines[engine.port] = engine
    with open(os.path.join(options.folder, "control.part"), "w") as file:
        file.write(str(control.server_address[1]))
    os.rename(os.path.join(options.folder, "control.part"), os.path.join(options.folder, "control"))
    if options.people and options.port is not None:
        control_url = "http://127.0.0.1:%d" % control.server_address[1]
        node = os.path.join(options.folder, "node.yaml")
        with open(node, "w") as file:
            file.write('schemaVersion: 1\nhostname: demo-node\nengine: {address: 10.0.2.2, port: %d, fingerprint: "%s"}\n'
                       % (engine.port, authority.fingerprint("ca", "sha256")))
        print("""A test engine answers at https://localhost:{port}/ovirt-engine (from a guest of QEMU: 10.0.2.2:{port}).

Its authority:   SHA-256 {sha256}
                 SHA-1   {sha1}
Its REST user:   {user}, password {password}

On a node:       nodectl register 10.0.2.2:{port} --fingerprint {sha256}
By itself:       nodewright boot out/NAME.iso --load-credential nodewright.config:{node}
Its hosts:       curl {control}/{port}/hosts
Approve one:     curl "{control}/{port}/approve?name=NAME"
Make trouble:    curl "{control}/{port}/set?fault=register:503"     (all switches: head -50 {script})
Log in with its key: ssh -i {key} root@NODE

Ctrl-C ends it.""".format(
            port=engine.port, node=node, sha256=authority.fingerprint("ca", "sha256"), sha1=authority.fingerprint("ca", "sha1"),
            user=engine.switches["user"], password=engine.switches["password"], control=control_url,
            script=sys.argv[0], key=authority.path("engine.key")), flush=True)
    try:
        control.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass


main()
