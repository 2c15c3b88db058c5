import Document
import Glibc
import Host
import TestSupport
import Testing

/// The program as it is run by people and units.
@Suite struct NodectlTests {
    private func nodectl(_ arguments: String...) throws -> Command.Result {
        try Command(try Programs.built("nodectl"), arguments).run()
    }

    @Test func saysItsVersion() throws {
        let result = try nodectl("--version")
        #expect(result.status == 0)
        #expect(result.text == version + "\n")
    }

    @Test func statusPrintsOneJSONObject() throws {
        try FixtureNode.with(FixtureNode.live) { node in
            let result = try nodectl("status", "--json", "--root", node.root).check()
            let status = try JSON.parse(result.output, file: "standard output")
            #expect(status["hostname"]?.string == "node1.example.org")
            #expect(status["nodectl"]?.string == version)
            #expect(status["failedUnits"]?.isNull == true)
            #expect(try nodectl("status", "--root", node.root).check().text.contains("node1.example.org"))
        }
    }

    @Test func wrongUsageIsStatus2() throws {
        for arguments in [["status", "--no-such-option"], ["no-such-command"], ["render"]] {
            let result = try Command(try Programs.built("nodectl"), arguments).run()
            #expect(result.status == 2, "\(arguments)")
            #expect(result.output.isEmpty)
            #expect(result.errorTail.hasPrefix("Error: "))
        }
    }

    @Test func renderWarnsAndSucceedsOrTellsWhyNot() throws {
        let files = ["root/etc/other": "", "cmdline": "hostname=\u{1B}[31m systemd.machine_id=x quiet\n"]
        try FixtureNode.with(files) { node in
            let root = Path.join(node.root, "root")
            let result = try nodectl("render", "--root", root, "--kernel-command-line", node.root + "/cmdline").check()
            #expect(
                result.errorTail == """
                    nodectl: warning: kernel command line: word 1 ("hostname=?[31m"), character 10: "?[31m" is not a host name; ignored
                    nodectl: warning: systemd.machine_id="x" is not 32 hexadecimal digits; ignored

                    """)
            #expect(try Folder.list(root + "/etc") == ["machine-id", "other"])

            let unreadable = try nodectl("render", "--root", root, "--kernel-command-line", node.root + "/none").check()
            #expect(unreadable.errorTail.contains("it is taken for empty"))

            let failed = try nodectl("render", "--root", node.root + "/none")
            #expect(failed.status == ExitStatus.device.rawValue)
            #expect(failed.errorTail.contains("none/etc\" is not a folder\nhint: "))
        }
    }

    @Test func withoutProcNothingIsDoneInSilence() throws {
        // A root that nobody mounted anything into, as a careless caller of "render" might use it.
        let hide = "mount -t tmpfs none /proc && exec \"$0\" render --root /nonexistent"
        let program = try Programs.built("nodectl")
        let result = try Command("unshare", ["--map-root-user", "--mount", "sh", "-c", hide, program]).run()
        if result.errorTail.contains("unshare") || result.errorTail.contains("mount:") {
            print("skipped: no namespaces here: \(result.errorTail)")
            return
        }
        #expect(result.status == ExitStatus.device.rawValue)
        #expect(result.errorTail.contains("/proc is not mounted"))
    }
}
