import Glibc
import Host

/// Debian's docker-registry on the loopback interface.
public struct RegistryServer {
    /// Whether it is installed.
    public static let isHere = Environment.program("docker-registry") != nil
    /// What to say when it is not.
    public static let missing = "docker-registry is not installed; \"make setup\" does it"

    /// `127.0.0.1:5000`
    public let host: String
    /// Where it keeps its files.
    public let store: String

    /// Runs it while `body` does.
    ///
    /// - Parameter login: `name:password` that it asks for
    public static func with<Value>(login: String? = nil, _ body: (RegistryServer) throws -> Value) throws -> Value {
        try Folder.withTemporary(prefix: "registry") { folder in
            let socket = try LoopbackSocket(SOCK_STREAM)
            close(socket.descriptor)
            let host = "127.0.0.1:\(socket.port)"
            let store = Path.join(folder, "store")
            var config = """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: "\(store)"}}
                http: {addr: "\(host)"}

                """
            if let login {
                let parts = login.split(separator: ":").map(String.init)
                let script =
                    "import crypt, sys; print(sys.argv[1] + ':' + crypt.crypt(sys.argv[2], '$2b$05$' + 'a' * 21 + 'u'))"
                let line = try Command("python3", ["-W", "ignore", "-c", script, parts[0], parts[1]]).run().check()
                    .output
                try File.write(Path.join(folder, "users"), line)
                config += "auth: {htpasswd: {realm: test, path: \"\(folder)/users\"}}\n"
            }
            try File.write(Path.join(folder, "config.yml"), config)
            return try Self.while("docker-registry", ["serve", Path.join(folder, "config.yml")]) {
                for _ in 0..<200 {
                    let status = try Command(
                        "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "http://\(host)/v2/"]
                    )
                    .run()
                    if ["200", "401"].contains(status.text) {
                        return try body(RegistryServer(host: host, store: store))
                    }
                    usleep(50_000)
                }
                throw Failure(.device, "docker-registry does not answer")
            }
        }
    }

    /// Runs a server while `body` does.
    public static func `while`<Value>(_ name: String, _ arguments: [String], _ body: () throws -> Value) throws -> Value
    {
        guard let program = Environment.program(name) else {
            throw Failure(.device, "\(name) is not installed", hint: "\"make setup\" installs it")
        }
        let null = try check("open /dev/null") { open("/dev/null", O_RDWR) }
        defer { close(null) }
        let server = try BoundProgram(
            program, arguments: [name] + arguments, environment: ["PATH=/usr/bin:/bin", "OTEL_TRACES_EXPORTER=none"],
            descriptors: [null, null, null])
        defer {
            kill(server.process, SIGTERM)
            _ = server.wait()
        }
        return try body()
    }
}
