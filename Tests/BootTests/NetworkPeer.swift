import Glibc
import Host
import TestSupport
import Testing

/// What the cables of a machine end in: a process in a network namespace of its own (Tests/Oracle/network-peer.py).
struct NetworkPeer {
    /// The permanent addresses of the cards on the three cables.
    static let cards = ["52:54:00:00:05:0a", "52:54:00:00:05:0b", "52:54:00:00:05:0c"]

    private static let script = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/network-peer.py"))

    /// Why there can be no peer here; nil when there can.
    static let obstacle: String? = {
        for program in ["python3", "ip", "ping", "ssh", "ssh-keygen"] {
            if Environment.program(program) == nil { return "\(program) is not installed" }
        }
        guard let result = try? Command("python3", [script, "--probe"]).run() else { return "python3 cannot be run" }
        return result.status == 0 ? nil : result.errorTail
    }()

    private let folder: String
    /// The port of the host at which it takes orders; the host is 10.0.2.2 for a machine.
    let port: String
    /// The public half of the key with which it logs in as root.
    let key: String

    /// Runs one while `body` does.
    ///
    /// - Parameter folder: a short path: that of a socket has no more than 107 bytes
    static func with(folder: String, _ body: (NetworkPeer) throws -> Void) throws {
        let key = Path.join(folder, "key")
        try Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "peer", "-f", key]).run().check()
        let null = try check("open /dev/null") { open("/dev/null", O_RDWR) }
        defer { close(null) }
        let process = try BoundProgram(
            try #require(Environment.program("python3")), arguments: ["python3", script, folder],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], descriptors: [null, null, 2])
        defer {
            kill(process.process, SIGTERM)
            _ = process.wait()
        }
        let port = Path.join(folder, "port")
        while !File.exists(port) {
            try #require(process.wait(block: false) == nil, "the peer has ended")
            usleep(50_000)
        }
        try body(
            NetworkPeer(
                folder: folder, port: try File.readText(port),
                key: String(try File.readText(key + ".pub").split(separator: "\n")[0])))
    }

    /// Options of `nodewright boot` for a machine that is plugged in.
    ///
    /// - Parameter order: numbers of the cables in the order of the machine's slots
    func cables(_ order: [Int]) -> [String] {
        order.flatMap { number in
            ["--network", "socket:\(Path.join(folder, "cable\(number)")),mac=\(Self.cards[number])"]
        }
    }

    /// A shell function for the machine that hands an order to the peer and prints what it says.
    var order: String {
        """
        peer() { bash -c 'exec 3<>/dev/tcp/10.0.2.2/\(port) && echo "$*" >&3 && cat <&3' peer "$@"; }
        """
    }
}
