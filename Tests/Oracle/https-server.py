"""A web server with TLS for one folder: https-server.py FOLDER CERTIFICATE KEY PORT-FILE

Listens on 127.0.0.1, on a port that it writes into PORT-FILE. Sends parts of a file (RFC 9110, section 14), and writes how many
bytes of each file it has sent to PORT-FILE.log.
"""

import functools
import http.server
import os
import ssl
import sys
import threading

folder, certificate, key, port_file = sys.argv[1:]
log = threading.Lock()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def ranges(self, size):
        """The parts that are asked for; None for the whole."""
        text = self.headers.get("Range", "")
        if not text.startswith("bytes="):
            return None
        found = []
        for part in text[6:].split(","):
            first, _, last = part.strip().partition("-")
            start = int(first) if first else max(0, size - int(last))
            end = min(int(last), size - 1) if first and last else size - 1
            if start <= end:
                found.append((start, end))
        return found

    def do_GET(self):
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            return super().do_GET()
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            parts = self.ranges(size)
            if parts is None:
                body = file.read()
                self.send_response(200)
            elif len(parts) == 1:
                start, end = parts[0]
                file.seek(start)
                body = file.read(end - start + 1)
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
            else:
                pieces = []
                for start, end in parts:
                    file.seek(start)
                    head = f"\r\n--part\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {start}-{end}/{size}\r\n\r\n"
                    pieces.append(head.encode() + file.read(end - start + 1))
                body = b"".join(pieces) + b"\r\n--part--\r\n"
                self.send_response(206)
                self.send_header("Content-Type", "multipart/byteranges; boundary=part")
        with log, open(port_file + ".log", "a") as lines:
            lines.write(f"{len(body)} {self.path}\n")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
with open(port_file + ".part", "w") as file:
    file.write(str(server.server_port))
os.rename(port_file + ".part", port_file)
server.serve_forever()
