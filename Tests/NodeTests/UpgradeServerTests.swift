import Boot
import Disks
import Glibc
import Host
import TestSupport
import Testing

@testable import Node

/// Downloads of `nodectl upgrade apply` that are cut off, and servers that lie.
@Suite struct UpgradeServerTests {
    /// Nothing of it is on the node.
    private static let release = SampleRelease("2.0", change: nil)

    private func with(_ body: (UpgradableNode, RepositoryServer) throws -> Void) throws {
        try UpgradableNode.with { node in
            let repository = try SampleRepository(in: node.path("desk"))
            try repository.publish(Self.release)
            try File.copy(repository.trustedRoot, to: node.place("usr/lib/nodewright/updates/root.json"))
            let server = try RepositoryServer(repository.path)
            defer { server.stop() }
            try body(node, server)
        }
    }

    /// Starts an upgrade from a server that falls silent half way, and ends it with a signal once half of the root is in the slot.
    private func interrupt(
        _ node: UpgradableNode, _ server: RepositoryServer, with signal: Int32
    ) throws -> (status: Int32?, errors: String) {
        server.lie { honest, request, content in
            var answer = honest
            let half = (request.ranges.first?.lowerBound ?? 0) < content.count / 2
            if half {
                answer.bytes.removeLast(min(answer.bytes.count, content.count / 2))
                answer.then = .silence
            }
            return answer
        }
        let errors = node.path("errors")
        let file = try check("create \"\(errors)\"") { open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600) }
        let null = try check("open /dev/null") { open("/dev/null", O_RDWR) }
        let program = try Programs.built("nodectl")
        let run = try BoundProgram(
            program, arguments: ["nodectl"] + node.arguments(["upgrade", "apply", "--repository", server.url]),
            environment: ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"], descriptors: [null, file, file])
        close(file)
        close(null)
        // The first half has arrived, but for the chunk that is cut in the middle.
        let start = try #require(node.layout[.rootB]).start
        let wanted = Array(Self.release.root[..<300_000])
        while try File.read(node.image, at: start, count: wanted.count) != wanted {
            if let status = run.wait(block: false) { return (status, try File.readText(errors)) }
            usleep(20_000)
        }
        kill(run.process, signal)
        let status = run.wait()
        server.lie(nil)
        return (status, try File.readText(errors))
    }

    @Test func afterAKillItGoesOnWhereItWas() throws {
        try with { node, server in
            let before = try node.slotA()
            let killed = try interrupt(node, server, with: SIGKILL)
            #expect(killed.status == 128 + SIGKILL, "\(killed.errors)")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
            _ = server.bytesSent()
            let result = try node.apply("--repository", server.url)
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(Self.release)
            #expect(server.bytesSent() < Self.release.root.count - 300_000 + 150_000)
        }
    }

    @Test func aSignalEndsItInGoodOrder() throws {
        try with { node, server in
            let before = try node.slotA()
            let ended = try interrupt(node, server, with: SIGTERM)
            #expect(ended.status == Host.ExitStatus.busy.rawValue, "\(ended.errors)")
            #expect(ended.errors.contains("the upgrade was ended; slot B keeps what is in it"), "\(ended.errors)")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
            #expect(UpgradeTurn.holder(root: node.root) == nil)
            #expect(try node.apply("--repository", server.url).status == 10)
            try node.expectNext(Self.release)
        }
    }

    /// The same from another terminal.
    @Test func cancelEndsTheOneThatGoesOn() throws {
        try with { node, server in
            server.lie { honest, _, content in
                var answer = honest
                answer.bytes.removeLast(content.count / 2)
                answer.then = .silence
                return answer
            }
            let null = try check("open /dev/null") { open("/dev/null", O_RDWR) }
            let run = try BoundProgram(
                Programs.built("nodectl"),
                arguments: ["nodectl"] + node.arguments(["upgrade", "apply", "--repository", server.url]),
                environment: ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"], descriptors: [null, null, null])
            close(null)
            while !server.requests.contains(where: { $0.target.hasSuffix(".root.squashfs") }) {
                try #require(run.wait(block: false) == nil)
                usleep(20_000)
            }
            let status = try node.nodectl("upgrade", "status").check().text
            #expect(status.contains("Now        process \(run.process) upgrades this node\n"), "\(status)")
            #expect(try node.nodectl("upgrade", "cancel").check().text == "The upgrade ends.\n")
            #expect(run.wait() == Host.ExitStatus.busy.rawValue)
            #expect(try node.nodectl("upgrade", "cancel").status == 3)
        }
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let what: String
        let status: Host.ExitStatus
        let tell: RepositoryServer.Lie

        var testDescription: String { what }
    }

    static let lies: [Lie] = [
        Lie(what: "every answer ends early", status: .network, tell: cutOff),
        Lie(what: "another range than was asked for", status: .network, tell: elsewhere),
        Lie(what: "the right range with other bytes", status: .signature, tell: otherBytes),
        Lie(what: "another length of the file", status: .signature, tell: longer),
        Lie(what: "a file without an end", status: .signature, tell: endless),
        Lie(what: "nothing", status: .network) { _, _, _ in RangeServer.Answer("404 Not Found") },
        Lie(what: "trouble", status: .network) { _, _, _ in RangeServer.Answer("503 Service Unavailable") },
        Lie(what: "no HTTP", status: .network) { _, _, _ in RangeServer.Answer(raw: "SSH-2.0-x\r\n", then: .close) },
    ]

    private static let cutOff: RepositoryServer.Lie = { honest, _, _ in
        var answer = honest
        answer.bytes.removeLast(answer.bytes.count * 9 / 10)
        answer.then = .close
        return answer
    }

    private static let elsewhere: RepositoryServer.Lie = { _, request, content in
        let first = (request.ranges.first?.lowerBound ?? 0) + 4096
        return RangeServer.part(content, first...min(first + 100_000, content.count - 1))
    }

    private static let otherBytes: RepositoryServer.Lie = { _, request, content in
        let other: [UInt8] = content.map { ~$0 }
        return RangeServer.honest(other, request)
    }

    private static let longer: RepositoryServer.Lie = { _, request, content in
        let other: [UInt8] = content + [1, 2, 3]
        return RangeServer.honest(other, request)
    }

    private static let endless: RepositoryServer.Lie = { _, _, _ in
        RangeServer.Answer(
            raw: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", then: .endless([UInt8](repeating: 7, count: 1 << 16)))
    }

    @Test(arguments: lies) func aServerThatLiesHarmsNothing(row: Lie) throws {
        try with { node, server in
            let before = try node.slotA()
            server.lie(row.tell)
            let result = try node.apply("--repository", server.url)
            #expect(result.status == row.status.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("hint: "), "\(result.errorTail)")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
            server.lie(nil)
            #expect(try node.apply("--repository", server.url).status == 10)
            try node.expectNext(Self.release)
        }
    }
}
