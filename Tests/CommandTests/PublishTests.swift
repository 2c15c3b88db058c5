import Document
import Glibc
import Host
import TestSupport
import Testing

/// `nodewright keys` and `nodewright publish` from outside: exit statuses, messages, and where secrets go.
@Suite struct PublishTests {
    private static let secret = "correct-horse-battery"

    private struct Desk {
        let folder: String
        var environment: [String: String] = [:]

        func run(_ arguments: String..., input: Command.Input = .null) throws -> Command.Result {
            try Command(
                Programs.built("nodewright"), arguments,
                environment: ["NODEWRIGHT_KEYS": Path.join(folder, "keys")].merging(environment) { $1 },
                folder: folder, input: input
            ).run()
        }

        /// Keys without a passphrase, a root file, a repository.
        func begin() throws {
            try run("keys", "generate", "root", "targets", "snapshot", "timestamp", "--no-passphrase").check()
            try run("keys", "root", "init").check()
            try run("publish", "--repository", "repository", "--root", "1.root.json").check()
        }

        func build(_ version: String) throws -> String {
            let path = Path.join(folder, "update")
            try Folder.create(path)
            let files = try ["initramfs.img", "root.squashfs", "root.verity", "vmlinuz"].map { name -> JSONValue in
                try File.write(Path.join(path, name), "\(name) \(version)")
                let sum = try Command("sha256sum", [Path.join(path, name)]).run().check().text
                return [
                    "name": .string(name), "size": .integer(try File.size(Path.join(path, name))),
                    "sha256": .string(String(sum.prefix(64))),
                ]
            }
            let manifest: JSONValue = [
                "format": 1, "name": "node", "version": .string(version), "architecture": "x86_64",
                "time": 1_700_000_000, "rootHash": .string(String(repeating: "0", count: 64)), "kernelArguments": [],
                "files": .array(files),
            ]
            try File.write(Path.join(path, "manifest.json"), JSON.text(manifest))
            return path
        }
    }

    private func desk(_ body: (Desk) throws -> Void) throws {
        try Folder.withTemporary(prefix: "publish") { try body(Desk(folder: $0)) }
    }

    @Test func aReleaseIsPublishedPromotedAndWithdrawn() throws {
        try desk { desk in
            try desk.begin()
            let update = try desk.build("0.2.0")
            try File.write(Path.join(desk.folder, "notes.txt"), "New: everything.\n")
            let here = ["publish", "--repository", "repository"]
            func publish(_ arguments: String...) throws -> Command.Result {
                try Command(
                    Programs.built("nodewright"), here + arguments,
                    environment: ["NODEWRIGHT_KEYS": Path.join(desk.folder, "keys")], folder: desk.folder
                ).run()
            }
            let done = try publish(update, "--channel", "testing", "--notes", "notes.txt", "--json").check()
            let result = try JSON.parse(String(done.text.split(separator: "\n").last ?? ""), file: "result")
            #expect(result["manifest"]?.string == "releases/node/0.2.0/x86_64/manifest.json")
            #expect(try publish(update, "--channel", "testing").status == 3)
            #expect(
                try publish("--promote", "0.2.0", "--rollout", "10").check().text
                    == "node 0.2.0 (x86_64) is in the channel stable, for 10 % of the nodes\n")
            try publish("--rollout", "100").check()
            #expect(try publish("--rollout", "100").status == 3)
            try publish("--withdraw", "0.2.0", "--channel", "testing").check()
            let list = try publish("--list").check().text
            #expect(list.contains("testing: node for x86_64\n  nothing"))
            #expect(list.contains("stable: node for x86_64\n  0.2.0, for 100 % of the nodes"))
            try publish("--refresh", "--expires", "timestamp=3").check()
            try File.write(Path.join(update, "vmlinuz"), "another")
            let changed = try publish(update)
            #expect(changed.status == 5 && changed.errorTail.contains("is not the file that its manifest describes"))
        }
    }

    /// One result at the end, whatever was done on the way.
    @Test func aRepositoryIsBegunWithARelease() throws {
        try desk { desk in
            try desk.run("keys", "generate", "root", "targets", "snapshot", "timestamp", "--no-passphrase").check()
            try desk.run("keys", "root", "init").check()
            let update = try desk.build("1.0")
            for status: Int32 in [0, 3] {
                let run = try desk.run("publish", update, "--repository", "r", "--root", "1.root.json", "--json")
                #expect(run.status == status)
                let lines = run.text.split(separator: "\n").filter { !$0.contains("\"event\"") }
                #expect(lines.count == 1)
                let result = try JSON.parse(String(lines.first ?? ""), file: "result")
                if status == 0 { #expect(result["root"]?.integer == 1 && result["version"]?.string == "1.0") }
            }
        }
    }

    /// Nothing that the program prints, and nothing that others see of it, has the passphrase.
    @Test func passphrasesComeFromWhereNobodyLooks() throws {
        try desk { desk in
            var desk = desk
            desk.environment["NODEWRIGHT_KEYS_PASSPHRASE"] = Self.secret
            var seen = try desk.run("keys", "generate", "root", "targets", "snapshot", "timestamp", "--verbose").check()
            #expect(!(seen.text + seen.errorTail).contains(Self.secret))
            seen = try desk.run("keys", "root", "init", "--json", "--verbose").check()
            #expect(!(seen.text + seen.errorTail).contains(Self.secret))
            desk.environment = [:]
            let none = try Command(
                "setsid",
                ["--wait", Programs.built("nodewright"), "publish", "--repository", "r", "--root", "1.root.json"],
                environment: ["NODEWRIGHT_KEYS": Path.join(desk.folder, "keys")], folder: desk.folder
            ).run()
            #expect(none.status == 2 && none.errorTail.contains("there is no terminal to ask at"))
            let file = Path.join(desk.folder, "passphrase")
            try File.write(file, Self.secret + "\n", mode: 0o600)
            let publish = ["publish", "--repository", "r", "--root", "1.root.json"]
            func run(_ more: [String], _ input: Command.Input = .null) throws -> Command.Result {
                try Command(
                    Programs.built("nodewright"), publish + more,
                    environment: ["NODEWRIGHT_KEYS": Path.join(desk.folder, "keys")], folder: desk.folder, input: input
                ).run()
            }
            let wrong = try run(["--passphrase-fd", "0"], .bytes(Array("guess-guess\n".utf8)))
            #expect(wrong.status == 2 && wrong.errorTail.contains("the passphrase does not open the"))
            #expect(!(wrong.text + wrong.errorTail).contains("guess-guess"))
            try run(["--passphrase-fd", "0"], .bytes(Array((Self.secret + "\n").utf8))).check()
            #expect(try run(["--passphrase-file", file]).status == 3)
            for argument in ["--passphrase", "--password"] {
                #expect(try run(["\(argument)", Self.secret]).status == 2)
            }
        }
    }

    /// Asked for at the terminal, which does not show it, and which is as before afterwards.
    @Test func aPassphraseIsTypedWithoutEcho() throws {
        try desk { desk in
            let script = """
                import os, pty, signal, sys, termios
                signal.alarm(20)
                pid, terminal = pty.fork()
                if pid == 0:
                    os.execv(sys.argv[1], [sys.argv[1], "keys", "generate", "timestamp"])
                seen, place = b"", 0
                def answer(question, line):
                    global seen, place
                    while question not in seen[place:]:
                        seen += os.read(terminal, 4096)
                    place = seen.index(question, place) + len(question)
                    os.write(terminal, line)
                answer(b"Passphrase for the new keys: ", b"wrongX\\x7f\\n")
                answer(b"again: ", b"\(Self.secret)\\n")
                answer(b"They differ.\\r\\nPassphrase for the new keys: ", b"\(Self.secret)\\n")
                answer(b"again: ", b"\(Self.secret)\\n")
                try:
                    while True:
                        chunk = os.read(terminal, 4096)
                        if not chunk: break
                        seen += chunk
                except OSError: pass
                print("echo", bool(termios.tcgetattr(terminal)[3] & termios.ECHO), b"horse" in seen, b"wrong" in seen)
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """
            let result = try Command(
                "python3", ["-c", script, Programs.built("nodewright")],
                environment: ["NODEWRIGHT_KEYS": Path.join(desk.folder, "keys")], folder: desk.folder
            ).run().check()
            #expect(result.text == "echo True False False\n")
            let file = try #require(try Folder.list(Path.join(desk.folder, "keys")).first { $0.hasSuffix(".pem") })
            try Command(
                "openssl", ["pkey", "-in", Path.join(desk.folder, "keys/\(file)"), "-passin", "env:SECRET", "-noout"],
                environment: ["SECRET": Self.secret]
            ).run().check()
        }
    }

    /// One root key here, one on another machine.
    @Test func aRootFileTravelsBetweenHolders() throws {
        try desk { desk in
            try desk.run("keys", "generate", "root", "targets", "snapshot", "timestamp", "--no-passphrase").check()
            let other = ["--keys", Path.join(desk.folder, "other")]
            let made = try desk.run("keys", "generate", "root", "--no-passphrase", other[0], other[1], "--json").check()
            let key = try JSON.parse(made.text, file: "keys")["keys"]?.sequence?.first?["publicFile"]?.string ?? ""
            let half = try desk.run("keys", "root", "init", "--threshold", "2", "--key", "root=\(key)").check().text
            #expect(half.contains("missing   1 of the root keys of version 1:"))
            let early = try desk.run("publish", "--repository", "r", "--root", "1.root.json")
            #expect(early.status == 5 && early.errorTail.contains("hint: whoever has one of them runs:"))
            let full = try desk.run("keys", "root", "sign", "1.root.json", other[0], other[1]).check().text
            #expect(full.contains("complete"))
            #expect(try desk.run("keys", "root", "sign", "1.root.json", other[0], other[1]).status == 3)
            try desk.run("publish", "--repository", "r", "--root", "1.root.json").check()
            let open = try #require(Folder.list(Path.join(desk.folder, "keys")).first { $0.hasPrefix("timestamp") })
            chmod(Path.join(desk.folder, "keys/\(open.dropLast(3))pem"), 0o644)
            let refused = try desk.run("publish", "--repository", "r", "--refresh")
            #expect(refused.status == 2 && refused.errorTail.contains("is open to others than you"))
        }
    }

    @Test(arguments: [
        [], ["folder", "--refresh"], ["--promote", "1", "--withdraw", "1"], ["--refresh", "--notes", "x"],
        ["--refresh", "--key", "x.pub"], ["--rollout", "101"], ["--channel", "../x", "--refresh"],
        ["--refresh", "--expires", "root=3"], ["--promote", "../1"], ["--release", "1"],
    ])
    func wrongUsageIsSaid(arguments: [String]) throws {
        let result = try Command(
            Programs.built("nodewright"), ["publish", "--repository", "/nonexistent"] + arguments
        ).run()
        #expect(result.status == 2 && result.errorTail.contains("Error: "))
    }
}
