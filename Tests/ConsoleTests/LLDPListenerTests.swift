import CLinux
import Glibc
import Host
import Synchronization
import Testing

@testable import Console

/// A listener at one end of a cable, and a neighbour at the other.
@Suite(.serialized) struct LLDPListenerTests {
    /// Why there can be no cables here; nil when there can.
    private static let obstacle: String? = {
        for program in ["ip", "python3", "unshare"] where Environment.program(program) == nil {
            return "\(program) is not installed"
        }
        let cable = ["ip", "link", "add", "end0", "type", "veth", "peer", "name", "end1"]
        let result = try? Command("unshare", ["--net"] + cable).run()
        return result?.status == 0 ? nil : "network namespaces with cables cannot be made here (root is needed)"
    }()

    /// Runs `body` on a thread with a network of its own, which goes with the thread: cables from end0 to far0 and from
    /// end1 to far1. The programs that it starts are in that network, too.
    private func withCables(_ body: @escaping @Sendable () throws -> Void) throws {
        let result = Mutex<Result<Void, any Error>>(.success(()))
        try Thread {
            let outcome = Result {
                try check("make a network namespace") { nlinux_unshare(CLONE_NEWNET) }
                for number in 0...1 { try Self.layCable("end\(number)", "far\(number)") }
                try body()
            }
            result.withLock { $0 = outcome }
        }.join()
        try result.withLock { try $0.get() }
    }

    private static func layCable(_ end: String, _ far: String) throws {
        try ip("link", "add", end, "type", "veth", "peer", "name", far)
        for name in [end, far] { try ip("link", "set", name, "up") }
    }

    @discardableResult private static func ip(_ arguments: String...) throws -> String {
        try Command("ip", arguments).run().check().text
    }

    private static func send(_ frames: [UInt8]..., from name: String) throws {
        let program = """
            import socket, sys
            cable = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            cable.bind((sys.argv[1], 0))
            for frame in sys.argv[2:]:
                cable.send(bytes(map(int, frame.split())))
            """
        let words = frames.map { $0.map(String.init).joined(separator: " ") }
        try Command("python3", ["-c", program, name] + words).run().check()
    }

    /// Throws unless so much is heard; an expectation on a thread would not count as one of the test.
    ///
    /// - Parameter patience: seconds; the kernel may need a moment to bring a frame to the other end
    private static func require(
        _ expected: [String: String], _ listener: LLDPListener, patience: Double = 5, line: Int = #line
    ) throws {
        let end = monotonicSeconds() + patience
        var heard = listener.neighbours()
        while heard != expected, monotonicSeconds() < end {
            usleep(50000)
            heard = listener.neighbours()
        }
        guard heard == expected else { throw Failure(.internalError, "line \(line): heard \(heard), not \(expected)") }
    }

    /// Throws unless the kernel lets the card pass frames to the group.
    private static func requireMember(_ name: String) throws {
        let groups = try ip("maddr", "show", "dev", name)
        guard groups.contains("01:80:c2:00:00:0e") else { throw Failure(.internalError, "\(name) is in \(groups)") }
    }

    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")")) func neighboursAreHeardAndForgotten() throws {
        try withCables {
            var now = 1000.0
            let listener = LLDPListener { now }
            try Self.require([:], listener)
            try Self.send(LLDPSamples.frame(port: "Gi1/0/3"), from: "far0")
            try Self.require(["end0": "switch1 port Gi1/0/3"], listener)
            // At the other cable malformed ones before and after.
            try Self.send(
                LLDPSamples.header, LLDPSamples.frame(port: "Gi1/0/7", seconds: 200),
                Array(LLDPSamples.summit.dropLast(3)), from: "far1")
            let both = ["end0": "switch1 port Gi1/0/3", "end1": "switch1 port Gi1/0/7"]
            try Self.require(both, listener)
            // The cable goes into another port.
            try Self.send(LLDPSamples.frame(port: "Gi1/0/4"), from: "far0")
            try Self.require(both.merging(["end0": "switch1 port Gi1/0/4"]) { $1 }, listener)
            // The port that it was in before says goodbye: that is not this one any more.
            try Self.send(LLDPSamples.frame(port: "Gi1/0/3", seconds: 0), from: "far0")
            try Self.send(LLDPSamples.frame(port: "Gi1/0/7", seconds: 0), from: "far1")
            try Self.require(["end0": "switch1 port Gi1/0/4"], listener)
            now += 60
            try Self.require(["end0": "switch1 port Gi1/0/4"], listener, patience: 0)
            now += 61
            try Self.require([:], listener, patience: 0)
        }
    }

    /// Cards let frames to the group pass, also those that come later; names are those of the moment.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")")) func cardsComeAndGetOtherNames() throws {
        try withCables {
            let listener = LLDPListener()
            try Self.requireMember("end0")
            try Self.layCable("late0", "late1")
            _ = listener.neighbours()
            try Self.requireMember("late0")
            try Self.send(LLDPSamples.summit, from: "late1")
            try Self.require(["late0": "Summit300-48 port 1/1"], listener)
            try Self.ip("link", "set", "late0", "down")
            try Self.ip("link", "set", "late0", "name", "eno1")
            try Self.require(["eno1": "Summit300-48 port 1/1"], listener, patience: 0)
            try Self.ip("link", "delete", "eno1")
            try Self.require([:], listener, patience: 0)
        }
    }

    /// A card in a bridge is the card, not the bridge.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")")) func cardsInABridgeHear() throws {
        try withCables {
            guard (try? Self.ip("link", "add", "br0", "type", "bridge")) != nil else {
                return print("skipped: the kernel has no bridges")
            }
            try Self.ip("link", "set", "end0", "master", "br0")
            try Self.ip("link", "set", "br0", "up")
            let listener = LLDPListener()
            try Self.send(LLDPSamples.frame(port: "7"), from: "far0")
            try Self.require(["end0": "switch1 port 7"], listener)
        }
    }

    /// What a frame says holds from when it came in, not from when it is read.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")")) func framesAgeBeforeTheyAreRead() throws {
        try withCables {
            let listener = LLDPListener()
            try Self.send(LLDPSamples.frame(port: "1", seconds: 1), from: "far0")
            try Self.send(LLDPSamples.frame(port: "2"), from: "far1")
            usleep(1_300_000)
            // At once: soon after, the first is over in any case.
            try Self.require(["end1": "switch1 port 2"], listener, patience: 0)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may listen")) func whoMayNotListenHearsNothing() {
        #expect(LLDPListener().neighbours().isEmpty)
    }
}
