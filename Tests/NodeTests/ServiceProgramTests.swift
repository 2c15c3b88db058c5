import Glibc
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// The files that are made for services, read by the services themselves, where they are installed.
@Suite struct ServiceProgramTests {
    private func rendered(_ lines: String, _ image: [String: String], _ body: (_ root: String) throws -> Void) throws {
        let configuration = try NodeConfiguration.read(
            Array(("schemaVersion: 1\n" + lines + "\n").utf8), file: "node.yaml")
        try FixtureNode.with(image) { node in
            for settings in configuration.settings {
                try settings.render(root: node.root) { Issue.record("\($0)") }
            }
            try body(node.root)
        }
    }

    private func isInstalled(_ programs: String...) -> Bool {
        let missing = programs.filter { Environment.program($0) == nil }
        if !missing.isEmpty { print("skipped: not installed: \(missing.joined(separator: ", "))") }
        return missing.isEmpty
    }

    /// chronyd prints what it has understood.
    @Test func chronydReadsItsServers() throws {
        guard isInstalled("chronyd") else { return }
        let image = "pool 2.fedora.pool.ntp.org iburst\nsourcedir /run/chrony-dhcp\nmakestep 1.0 3\nrtcsync\n"
        let lines = "time: {ntp-servers: [ntp1.example.org, \"2001:db8::1\"]}"
        try rendered(lines, ["etc/chrony.conf": image]) { root in
            let text = try Command("chronyd", ["-p", "-f", root + "/etc/chrony.conf"]).run().check().text
            #expect(
                text == "server ntp1.example.org iburst\nserver 2001:db8::1 iburst\nmakestep 1.0 3\nrtcsync\n",
                "\(text)")
        }
    }

    /// sshd says what is in force.
    @Test func sshdReadsItsSettings() throws {
        guard isInstalled("sshd", "ssh-keygen") else { return }
        guard getpwnam("sshd") != nil else { return print("skipped: there is no user sshd") }
        let lines = """
            ssh:
              port: 2222
              keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me"]
            """
        try rendered(lines, ["etc/ssh/sshd_config": ""]) { root in
            let key = root + "/key"
            try Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).run().check()
            try File.write(
                root + "/sshd_config", "Include \(root)/etc/ssh/sshd_config.d/*.conf\nHostKey \(key)\nPort 22\n")
            let program = Environment.program("sshd") ?? "sshd"
            let text = try Command(program, ["-T", "-f", root + "/sshd_config"]).run().check().text
            let wanted = [
                "port 2222", "passwordauthentication no", "kbdinteractiveauthentication no",
                "permitrootlogin without-password",
                "authorizedkeysfile .ssh/authorized_keys /etc/ssh/nodewright_authorized_keys",
            ]
            for line in wanted { #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)") }
        }
    }

    /// The agent accepts its one user with that password, and nobody else.
    @Test func snmpdKnowsItsUser() throws {
        guard isInstalled("snmpd", "snmpget") else { return }
        let lines = #"snmp: {enabled: true, password: 'say "hi" \ 12'}"#
        try rendered(lines, ["usr/sbin/snmpd": ""]) { root in
            let file = root + "/etc/snmp/snmpd.conf"
            let port = "udp:127.0.0.1:\(20_000 + Int(getpid()) % 20_000)"
            let text = try File.readText(file)
            try File.write(
                file,
                text.split(separator: "\n").filter { !$0.hasPrefix("agentAddress") }.joined(separator: "\n") + "\n",
                mode: 0o600)
            let state = ["SNMP_PERSISTENT_DIR": root + "/state"]
            let arguments = ["-f", "-C", "-c", file, "-Lf", root + "/log", "-p", root + "/pid", port]
            let agent = try Thread { _ = try? Command("snmpd", arguments, environment: state).run() }
            defer {
                if let pid = SystemFile.line(root + "/pid").flatMap({ pid_t($0) }), pid > 1 { kill(pid, SIGTERM) }
                agent.join()
            }
            func ask(_ password: String, level: String = "authPriv") throws -> Command.Result {
                try Command(
                    "snmpget",
                    [
                        "-v3", "-l", level, "-u", "root", "-a", "SHA-256", "-A", password, "-x", "AES", "-X", password,
                        "-r",
                        "1", "-t", "2", port, ".1.3.6.1.2.1.1.3.0",
                    ], environment: state
                ).run()
            }
            let end = monotonicSeconds() + 20
            var answer = try ask(#"say "hi" \ 12"#)
            while answer.status != 0, monotonicSeconds() < end { answer = try ask(#"say "hi" \ 12"#) }
            #expect(answer.status == 0, "\(answer.errorTail) \((try? File.readText(root + "/log")) ?? "")")
            #expect(try ask("another password").status != 0)
            #expect(try ask(#"say "hi" \ 12"#, level: "authNoPriv").status != 0)
        }
    }

    /// systemd accepts the units of the package together with what is made for them.
    @Test func systemdReadsTheUnits() throws {
        guard isInstalled("systemd-analyze") else { return }
        let units = Path.normalized(Path.join(Path.parent(#filePath), "../../packaging/units/systemd/system"))
        let lines = "logging: {syslog: log.example.org, netconsole: 192.0.2.14}\npersist: [\"/etc/a%b c\"]"
        try rendered(lines, ["run/nodewright/state/x": ""]) { root in
            let folder = root + "/etc/systemd/system"
            let names = try Folder.list(units).filter { $0.hasPrefix("nodewright-") }
            for name in names {
                let text = try File.readText(Path.join(units, name))
                // The program is not installed here.
                try File.write(
                    Path.join(folder, name),
                    text.split(separator: "\n", omittingEmptySubsequences: false).map {
                        $0.contains("Exec")
                            ? "\($0.prefix { $0 != "=" })=/bin/true \($0.split(separator: " ").dropFirst().joined(separator: " "))"
                            : String($0)
                    }.joined(separator: "\n"))
            }
            let result = try Command(
                "systemd-analyze", ["verify", "--man=no"] + names.map { Path.join(folder, $0) },
                environment: ["SYSTEMD_UNIT_PATH": folder + ":/lib/systemd/system:/usr/lib/systemd/system"]
            ).run()
            let ours = result.errorTail.split(separator: "\n").filter { $0.contains("nodewright-") }
            #expect(ours.isEmpty, "\(result.errorTail)")
            #expect(names.count >= 6)
        }
    }
}
