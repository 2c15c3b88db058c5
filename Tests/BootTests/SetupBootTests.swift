import Document
import Host
import TestSupport
import Testing

/// The wizard over a serial line, key by key: from the ISO to an installed, registered node, with everything that can be refused on
/// the way.
@Suite(
    .serialized, .enabled(if: BootedImage.iso != nil, "the test image has no ISO"),
    .enabled(if: Environment.variable("NODEWRIGHT_FULL") == "1", "runs in \"make check-full\""))
struct SetupBootTests {
    private static let name = "wizard.example.org"
    private static let password = "correct horse battery"

    /// Waits until somebody has gone through the wizard, or 20 minutes.
    private static let afterwards = """
        for second in $(seq 1200); do
            [ -e /run/nodewright/setup/journal.json ] && began=1
            [ -n "$began" ] && [ ! -e /run/nodewright/setup/journal.json ] && break
            sleep 1
        done
        """

    /// What is typed on a page that is shown: a moment passes, so that all of it is drawn.
    private static func page(_ title: String, _ keys: String) -> [String] {
        ["expect \(title)", "wait 1", "type " + keys]
    }

    /// The steps of the wizard, the wrong ones first.
    private static func steps(_ engine: TestEngine, plain: Bool) -> [String] {
        let pages: [(String, String)] =
            plain
            ? [
                ("Keyboard \\(", "\\r"), ("Language \\(", "\\r"), ("Number \\[1\\]", "1\\r"),
                ("Number \\[1\\]", "1\\r"),
                ("Name of the disk", "sdz\\r"), ("nothing was changed", ""), ("Name of the disk", "vda\\r"),
                ("Host name \\(", name + "\\r"), ("Number \\[1\\]", "\\r"), ("Number \\[1\\]", "\\r"),
                ("yes or no", "\\r"), ("Name servers", "\\r"), ("Time servers", "\\r"), ("1 Test", "\\r"),
                ("1 Keep", "\\r"), ("Password of root", password + "\\r"), ("The same again", password + "\\r"),
                ("SSH key", "\\r"), ("yes or no", "\\r"), ("Engine \\(", "10.0.2.2:\(engine.port)\\r"),
                ("Or enter it", "\\r"), ("1 It is the right one", "\\r"), ("1 Install", "\\r"), ("1 Restart", "2\\r"),
            ]
            : [
                ("Keyboard and language", "\\r"), ("Install, or run from", "\\r"),
                ("Everything on the disk", "\\r"),
                // Another name than the disk's: nothing is written.
                ("Name of the disk", "sdz\\r"), ("nothing was changed", "\\x7f\\x7f\\x7fvda\\r"),
                ("Host name", name + "\\r"),
                // Fixed addresses in a network that is not there.
                ("Management network", "\\t\\e[B\\r"), ("Fixed addresses", "198.51.100.7/24\\t198.51.100.1\\r"),
                ("Test the network", "\\r"), ("the network is as before", "\\e"), ("Fixed addresses", "\\e"),
                ("Management network", "\\t\\e[A\\r"), ("Test the network", "\\r"), ("Keep this network", "\\r"),
                ("Password of root", "\(password)\\t\(password)\\r"), ("Engine", "10.0.2.2:\(engine.port)\\r"),
                ("Is this the engine", "\(engine.otherSHA256)\\r"), ("it is not trusted", "\\e"),
                ("Engine", "\\r"),
                ("Is this the engine", String(repeating: "\\x7f", count: 95) + "\(engine.sha256)\\r"),
                ("Summary", "\\r"), ("The disk is ready", "\\t\\r"),
            ]
        return ["expect Press Enter to set up this node", "type \\r"] + pages.flatMap { page($0, $1) }
    }

    /// A disk with something on it.
    private func used<Value>(_ body: (String) throws -> Value) throws -> Value {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "disk.raw")
            try Command("truncate", ["--size", "4G", disk]).run().check()
            try Command("mkfs.ext4", ["-q", "-L", "old", disk]).run().check()
            return try body(disk)
        }
    }

    @Test func fromTheISOToARegisteredNode() throws {
        let engine = try TestEngine()
        try used { disk in
            let live = try BootedImage(
                ["--as", "cd", "--disk", disk], before: Self.steps(engine, plain: false), questions: [:],
                adding: [
                    ("wizard", Self.afterwards), ("disks", "nodectl install --list"),
                    ("journal", "journalctl -b --no-pager | grep -c 'correct horse'"),
                    ("failed", "systemctl --failed --no-legend --plain"),
                ], timeout: 1800)
            #expect(live.result.status == 0, "\(live.result.errorTail)\n\(live.console.suffix(2000))")
            #expect(live.answers["disks"]?.contains("  holds: a node (slot A)") == true, "\(live.answers)")
            #expect(live.answers["journal"] == "0")
            #expect(live.answers["failed"] == "", "\(live.answers)")
            #expect(!live.console.contains(Self.password))
            #expect(try engine.registrations().isEmpty, "the live system must not register")

            let node = try BootedImage(
                ["--write"], questions: [:],
                adding: [
                    ("settled", BootedImage.settled()),
                    ("engine", "for i in $(seq 200); do nodectl register --status && break; sleep 1; done"),
                    ("name", "cat /proc/sys/kernel/hostname"), ("config", "nodectl config show"),
                    ("shadow", "grep -c '^root:[$]y[$]' /etc/shadow"), ("screen", "nodectl status"),
                ], artefact: disk)
            #expect(node.result.status == 0, "\(node.result.errorTail)")
            #expect(node.answers["name"] == Self.name)
            #expect(node.answers["shadow"] == "1")
            #expect(node.answers["config"]?.contains(engine.sha256) == true, "\(node.answers["config"] ?? "")")
            #expect(try engine.registrations().first?["name"]?.string == Self.name, "\(node.answers["engine"] ?? "")")
            #expect(node.console.contains("Press Enter to log in, or F2 for the menu."))
        }
    }

    /// What another console shows meanwhile: the kernel has the characters of the first virtual one (vcs(4)).
    private static let elsewhere = """
        for second in $(seq 600); do [ -e /run/nodewright/setup/terminal ] && break; sleep 1; done
        sleep 5; fold -w $(stty -F /dev/tty1 size | cut -d' ' -f2) /dev/vcs1; nodectl setup --plain; echo "status $?"
        """

    /// The first virtual console is killed, and what its successor shows; then what it costs while nothing happens.
    private static let calm = """
        pid=$(systemctl show -P MainPID getty@tty1.service); kill -9 $pid; sleep 8
        fold -w $(stty -F /dev/tty1 size | cut -d' ' -f2) /dev/vcs1
        pid=$(systemctl show -P MainPID getty@tty1.service); sleep 30
        ticks() { set -- $(cat /proc/$pid/stat); echo $((${14} + ${15})); }
        before=$(ticks); sleep 60; echo "$(($(ticks) - before)) hundredths of a second in 60"
        grep VmRSS /proc/$pid/status
        """

    /// A terminal that cannot place its cursor is asked line by line; the other consoles say who is at it.
    @Test func onADumbTerminal() throws {
        let engine = try TestEngine()
        try used { disk in
            let live = try BootedImage(
                [
                    "--as", "cd", "--disk", disk, "--set-credential",
                    "systemd.unit-dropin.serial-getty@ttyS0.service:[Service]\nEnvironment=TERM=dumb",
                ], before: Self.steps(engine, plain: true), questions: [:],
                adding: [
                    ("elsewhere", Self.elsewhere), ("wizard", Self.afterwards), ("calm", Self.calm),
                    ("disks", "nodectl install --list"), ("failed", "systemctl --failed --no-legend --plain"),
                ], timeout: 1800)
            #expect(live.result.status == 0, "\(live.result.errorTail)\n\(live.console.suffix(2000))")
            let elsewhere = live.answers["elsewhere"] ?? ""
            #expect(elsewhere.contains("This node is being set up on ttyS0. Press F3 to log in."), "\(elsewhere)")
            #expect(elsewhere.contains("status 8"), "\(elsewhere)")
            #expect(live.answers["disks"]?.contains("  holds: a node (slot A)") == true, "\(live.answers)")
            #expect(live.answers["calm"]?.contains("Press Enter to set up this node") == true, "\(live.answers)")
            #expect(live.answers["failed"] == "", "\(live.answers)")
            // GRUB and the kernel's own console place their cursors; the wizard does not.
            let wizard =
                live.console.firstRange(of: "Press Enter to set up").map { live.console[$0.upperBound...] } ?? ""
            #expect(!wizard.isEmpty && !wizard.contains(Self.password) && !wizard.contains("\u{1B}[H"))
            print(
                "the status screen on tty1: "
                    + (live.answers["calm"] ?? "").split(separator: "\n").suffix(2).joined(separator: ", "))
        }
    }
}
