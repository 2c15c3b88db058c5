import Glibc
import Host

/// A web server with TLS for one folder on the loopback interface, with a certificate that nobody knows.
public struct TLSServer {
    /// The certificate, which is its own authority.
    public let certificate: String
    /// The port that the kernel chose.
    public let port: String

    /// Makes a certificate for 127.0.0.1 and for the host as QEMU's guests see it, and serves `folder` while `body` runs.
    ///
    /// - Parameter certificate: where to write it; in a folder that exists
    public static func with<Value>(
        folder: String, certificate: String, _ body: (TLSServer) throws -> Value
    ) throws -> Value {
        try Folder.withTemporary(prefix: "tls-server") { work in
            let key = Path.join(work, "key.pem")
            try Command(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=bench", "-addext", "subjectAltName=IP:10.0.2.2,IP:127.0.0.1",
                ]
            ).run().check()
            guard let python = Environment.program("python3") else {
                throw Failure(.device, "python3 is not installed", hint: "\"make setup\" installs it")
            }
            let script = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/https-server.py"))
            let ready = Path.join(work, "port")
            let null = try check("open /dev/null") { open("/dev/null", O_RDWR) }
            defer { close(null) }
            let server = try BoundProgram(
                python, arguments: ["python3", script, folder, certificate, key, ready],
                environment: ["PATH=/usr/bin:/bin"], descriptors: [null, null, null])
            defer {
                kill(server.process, SIGTERM)
                _ = server.wait()
            }
            while !File.exists(ready) {
                if server.wait(block: false) != nil { throw Failure(.device, "the web server has ended") }
                usleep(50_000)
            }
            return try body(TLSServer(certificate: certificate, port: try File.readText(ready)))
        }
    }
}
