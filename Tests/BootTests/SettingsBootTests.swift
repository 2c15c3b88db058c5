import Glibc
import Host
import Synchronization
import TestSupport
import Testing

/// Settings of services and what is kept, on a node from a disk that only a config disk has configured.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.artefact(".raw") != nil, "the test image has no disk; \"make check\" builds one and sets it"))
struct SettingsBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    private static func document(_ log: LogListener, _ kernel: LogListener) -> String {
        """
        schemaVersion: 1
        hostname: settings.example.org
        time: {ntp-servers: [10.0.2.2, 192.0.2.123]}
        logging: {syslog: "10.0.2.2:\(log.port)", netconsole: "10.0.2.2:\(kernel.port)"}
        storage: {iscsi-initiator: "iqn.2026-01.org.example:node1", nfs-domain: example.org}
        console: {lock-down: true, idle-logout: 90}
        kdump: {enabled: true}
        snmp: {enabled: true, password: correct horse}
        persist: [/etc/sysctl.d]

        """
    }

    private static let overlays = "findmnt -rn -t overlay -o TARGET | sort | tr '\\n' ' '"
    private static let keys = "sha256sum /etc/ssh/ssh_host_*_key /etc/machine-id"

    /// `$tcp` is the port of a log server over TCP.
    private static func first(tcp: Int) -> [(String, String)] {
        [
            ("running", "systemctl is-system-running --wait"),
            ("failed", "systemctl --failed --no-legend --plain"),
            ("chrony", "chronyc -n sources; cat /etc/chrony.conf"),
            (
                "storage",
                "cat /etc/iscsi/initiatorname.iscsi; stat -c %a /etc/iscsi/initiatorname.iscsi; grep -n ^Domain /etc/idmapd.conf"
            ),
            (
                "units",
                "systemctl is-active nodewright-log.service nodewright-netconsole.service nodewright-persist.path"
            ),
            (
                "forwarder",
                "ps -o user= -C nodectl | sort -u | tr '\\n' ' '; systemctl show -P MemoryPeak nodewright-log.service"
            ),
            (
                "lock",
                "systemctl is-enabled autovt@.service; tr -s ' ' </dev/vcs1; echo; systemctl start autovt@tty3.service; echo $?"
            ),
            ("warnings", "nodectl config show 2>&1 >/dev/null; echo status $?"),
            ("boot-log", "journalctl -b -o cat | grep 'nodectl: warning'"),
            ("overlays", overlays),
            (
                "logged",
                "logger -t boot-test 'hello from the journal'; echo '<2>boot-test: hello from the kernel' >/dev/kmsg; sleep 5"
            ),
            (
                "edit",
                """
                grep -Ev '^(time|storage|console|kdump|snmp):' /run/nodewright/config/config-disk.yaml | \
                    sed 's|syslog: [^,]*|syslog: "10.0.2.2:\(tcp)", syslog-protocol: tcp|' >/run/changed.yaml
                cat /run/changed.yaml
                """
            ),
            ("dry-run", "nodectl apply --dry-run /run/changed.yaml; echo status $?"),
            ("apply", "nodectl apply /run/changed.yaml; echo status $?"),
            ("again", "nodectl apply /run/changed.yaml; echo status $?"),
            (
                "image-again",
                """
                head -n 1 /etc/chrony.conf; chronyc -n sources | grep -c 10.0.2.2; grep -c '^Domain' /etc/idmapd.conf
                ls /etc/nodewright /etc/iscsi; ls /etc/systemd/system/autovt@.service
                cat /etc/profile.d/nodewright-console.sh; systemctl is-active iscsid.socket
                """
            ),
            ("logged-again", "logger -t boot-test 'hello over a stream'; sleep 5"),
            (
                "keep",
                """
                echo one >/etc/kept.conf; nodectl persist /etc/kept.conf /etc/modprobe.d; echo status $?
                echo two >/etc/kept.conf.new; mv /etc/kept.conf.new /etc/kept.conf; echo '# own' >/etc/modprobe.d/own.conf
                echo 'kernel.sysrq = 0' >/etc/sysctl.d/99-own.conf; echo own >/etc/libvirt/own.conf
                for second in $(seq 60); do grep -q two /run/nodewright/state/persist/etc/kept.conf && break; sleep 1; done
                cat /run/nodewright/state/persist/etc/kept.conf
                # Saved by the end of the node.
                echo three >/etc/kept.conf
                """
            ),
            ("keys", keys),
        ]
    }

    private static let stateless: [(String, String)] = [
        ("running", "systemctl is-system-running --wait"),
        ("failed", "systemctl --failed --no-legend --plain"),
        ("name", "cat /proc/sys/kernel/hostname; ls /etc/kept.conf"),
        ("mounts", "findmnt -no FSTYPE /var | tail -n 1; findmnt -no FSTYPE /run/nodewright/state | tail -n 1"),
        (
            "write",
            "echo lost >/var/lib/lost; echo lost >/etc/libvirt/lost.conf; nodectl persist /etc/hosts; echo status $?"
        ),
        ("keys", keys),
    ]

    private static let last: [(String, String)] = [
        ("running", "systemctl is-system-running --wait"),
        ("failed", "systemctl --failed --no-legend --plain"),
        ("name", "cat /proc/sys/kernel/hostname"),
        (
            "kept",
            "cat /etc/kept.conf /etc/modprobe.d/own.conf /etc/sysctl.d/99-own.conf /etc/libvirt/own.conf; sysctl -n kernel.sysrq"
        ),
        ("lost", "ls /var/lib/lost /etc/libvirt/lost.conf"),
        ("overlays", overlays),
        ("list", "nodectl persist --list | grep configuration"),
        ("done", "nodectl apply; echo status $?"),
        ("keys", keys),
    ]

    /// Three starts: configured by a config disk, changed and kept; stateless in between; and as it was kept.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func servicesAndWhatIsKept() throws {
        let (log, kernel) = (try LogListener(SOCK_DGRAM), try LogListener(SOCK_DGRAM))
        let stream = try LogListener(SOCK_STREAM)
        defer { [log, kernel, stream].forEach { $0.stop() } }
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "node.raw")
            let image = try #require(BootedImage.artefact(".raw"))
            try Command("cp", ["--sparse=always", image, disk]).run().check()
            let config = try ConfigDiskImage.make(Self.document(log, kernel), in: folder, name: "first")
            let first = try BootedImage(
                ["--write", "--disk", config], questions: [:], adding: Self.first(tcp: stream.port), artefact: disk,
                timeout: 1200)
            #expect(first.result.status == 0, "\(first.result.errorTail)")
            expectConfigured(first)
            expectLogs(log.text, kernel.text, stream.text)
            expectChanged(first.answers)
            let other = try ConfigDiskImage.make(
                "schemaVersion: 1\nhostname: nothing-stays\nstateless: true\n", in: folder, name: "second")
            let between = try BootedImage(
                ["--write", "--disk", other], questions: [:], adding: Self.stateless, artefact: disk)
            expectStateless(between.answers, first.answers)
            let again = try BootedImage(["--write"], questions: [:], adding: Self.last, artefact: disk)
            expectKept(again.answers, first.answers)
        }
    }

    private func says(
        _ answers: [String: String], _ name: String, _ words: String..., location: SourceLocation = #_sourceLocation
    ) {
        let answer = answers[name] ?? "(nothing)"
        for word in words { #expect(answer.contains(word), "\(name): \(answer)", sourceLocation: location) }
    }

    private func expectConfigured(_ node: BootedImage) {
        let answers = node.answers
        #expect(answers["running"] == "running", "\(answers["failed"] ?? "")")
        says(answers, "chrony", " 10.0.2.2 ", " 192.0.2.123 ", "server 192.0.2.123 iburst")
        #expect(answers["chrony"]?.contains("pool") == false && answers["chrony"]?.contains("sourcedir") == false)
        says(answers, "storage", "InitiatorName=iqn.2026-01.org.example:node1\n600", "Domain = example.org")
        #expect(answers["units"] == "active\nactive\nactive", "\(answers["units"] ?? "")")
        // Not root's: a user that exists as long as the service does.
        says(answers, "forwarder", "nodewri")
        let memory = Int(answers["forwarder"]?.split(whereSeparator: { $0 == " " || $0 == "\n" }).last ?? "") ?? .max
        #expect(memory < 64 << 20, "\(answers["forwarder"] ?? "")")
        says(answers, "lock", "masked", "Logging in here is switched off.")
        #expect(answers["lock"]?.hasSuffix("\n0") == false)
        #expect(node.console.contains("Logging in here is switched off."))
        for name in ["warnings", "boot-log"] {
            says(
                answers, name, "kdump: the image has no kexec-tools, so nothing is written after a crash; ignored",
                "SNMP: the image has no net-snmp; ignored")
        }
        says(answers, "warnings", "status 0")
        for place in ["/etc/iscsi", "/etc/libvirt", "/etc/lvm", "/etc/multipath", "/etc/sysctl.d"] {
            says(answers, "overlays", place + " ")
        }
    }

    private func expectLogs(_ log: String, _ kernel: String, _ stream: String) {
        let lines = log.split(separator: "\n")
        #expect(lines.contains { $0.contains(" boot-test ") && $0.hasSuffix(" - - hello from the journal") })
        // From the beginning, although there was no network then.
        #expect(lines.contains { $0.contains(" kernel - - - Linux version ") }, "\(lines.prefix(3))")
        #expect(lines.contains { $0.contains(" settings.example.org systemd 1 - - ") })
        #expect(kernel.contains("nodectl: messages of the kernel follow"), "\(kernel)")
        #expect(kernel.contains("boot-test: hello from the kernel"), "\(kernel)")
        #expect(stream.contains("hello over a stream"))
        // What one server has got the next one need not.
        #expect(!stream.contains("Linux version"))
    }

    private func expectChanged(_ answers: [String: String]) {
        says(
            answers, "dry-run", "time servers: the image's", "iSCSI initiator: a random name", "console: a login ends",
            "NFSv4 domain: the image's", "log server: 10.0.2.2:", "(tcp)", "status 0")
        says(answers, "apply", "nodectl: applied", "status 0")
        says(answers, "again", "status 3")
        let lines = answers["image-again"]?.split(separator: "\n").map(String.init) ?? []
        #expect(lines.first?.hasPrefix("pool ") == true, "\(lines)")
        #expect(lines.dropFirst().prefix(2) == ["0", "0"], "\(lines)")
        says(answers, "image-again", "TMOUT=600", "'/etc/systemd/system/autovt@.service': No such file")
        #expect(!lines.contains("initiatorname.iscsi") && !lines.contains("console-is-locked"), "\(lines)")
        says(answers, "keep", "/etc/kept.conf is kept from now on.", "status 0\ntwo")
    }

    private func expectStateless(_ answers: [String: String], _ first: [String: String]) {
        #expect(answers["running"] == "running", "\(answers["failed"] ?? "")")
        says(answers, "name", "nothing-stays", "No such file")
        #expect(answers["mounts"] == "tmpfs\ntmpfs")
        says(answers, "write", "this node is stateless", "status 7")
        #expect(answers["keys"]?.isEmpty == false && answers["keys"] != first["keys"])
    }

    private func expectKept(_ answers: [String: String], _ first: [String: String]) {
        #expect(answers["running"] == "running", "\(answers["failed"] ?? "")")
        #expect(answers["name"] == "settings.example.org")
        #expect(answers["kept"] == "three\n# own\nkernel.sysrq = 0\nown\n0", "\(answers["kept"] ?? "")")
        says(answers, "lost", "'/var/lib/lost': No such file", "'/etc/libvirt/lost.conf': No such file")
        says(answers, "overlays", "/etc/modprobe.d ", "/etc/sysctl.d ")
        says(answers, "list", "/etc/kept.conf", "/etc/sysctl.d", "/etc/modprobe.d")
        says(answers, "done", "status 3")
        #expect(answers["keys"]?.split(separator: "\n").count == 4 && answers["keys"] == first["keys"])
    }
}
