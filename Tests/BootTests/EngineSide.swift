import Document
import Glibc
import Host
import TestSupport

/// What an engine does with a node from its own side: it waits for it, and logs in with its key.
struct EngineSide {
    let engine: TestEngine
    /// The port of 127.0.0.1 that leads to the node's sshd.
    let port: Int

    /// A port that nobody uses at present.
    static func freePort() throws -> Int {
        // Whoever listens for nothing and stops has had a free one.
        let server = try LoopbackServer()
        defer { server.stop() }
        return server.port
    }

    /// Waits until the node has registered.
    ///
    /// - Parameter known: so many hosts the engine has already
    /// - Returns: the host as the engine has it; nil when the time is over
    func waitForHost(
        after known: Int = 0, seconds: Double
    ) throws -> (name: String, address: String, status: String, fingerprint: String)? {
        let deadline = monotonicSeconds() + seconds
        while monotonicSeconds() < deadline {
            if let host = try engine.hosts().dropFirst(known).first {
                func text(_ key: String) -> String { host[key]?.string ?? "" }
                return (text("name"), text("address"), text("status"), text("fingerprint"))
            }
            usleep(500_000)
        }
        return nil
    }

    /// Logs in with the engine's private key and runs a command, again and again until that works.
    ///
    /// - Parameter fingerprint: the host key must have it, which the engine was told
    /// - Returns: what the command printed; nil when the time is over
    func logIn(_ command: String, fingerprint: String, seconds: Double) throws -> String? {
        try Folder.withTemporary { folder in
            let key = Path.join(folder, "key")
            let hosts = Path.join(folder, "hosts")
            try File.write(key, engine.privateKey, mode: 0o600)
            let deadline = monotonicSeconds() + seconds
            while monotonicSeconds() < deadline {
                try File.remove(hosts)
                let options = [
                    "BatchMode=yes", "ConnectTimeout=20", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new",
                    "UserKnownHostsFile=\(hosts)", "HashKnownHosts=no", "HostKeyAlgorithms=ecdsa-sha2-nistp256",
                ]
                let result = try Command(
                    "ssh",
                    ["-F", "none", "-i", key, "-p", "\(port)"] + options.flatMap { ["-o", $0] } + [
                        "root@127.0.0.1", command,
                    ]
                ).run()
                let known = try? Command("ssh-keygen", ["-l", "-f", hosts]).run().text
                if result.status == 0, known?.contains(fingerprint) == true { return result.text }
                usleep(2_000_000)
            }
            return nil
        }
    }
}
