import Document
import Host
import TestSupport
import Testing

/// Systems that install themselves: from the ISO and over the network, by hand and unattended, with BIOS and with UEFI; and
/// the disks that come of it.
///
/// In these machines the medium comes first again after the restart, so each unattended one shows, too, that the fresh node is
/// left alone.
@Suite(.serialized, .enabled(if: BootedImage.iso != nil, "NODEWRIGHT_TEST_ISO names no image; \"make check\" sets it"))
struct InstallationBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    private static let name = "node7.example.org"

    /// Waits for the system that has restarted after the installation; the one that installs never gets to the end of it.
    static let restarted = """
        for second in $(seq 1200); do
            grep -q nodewright.slot= /proc/cmdline && break
            grep -Eq '"state": *"(not-needed|failed)"' /run/nodewright/configuration.json && break
            sleep 1
        done
        \(BootedImage.settled(300))
        """

    /// What a system is asked that has restarted after the installation.
    private static let afterwards: KeyValuePairs = [
        "wait": restarted, "status": "nodectl status --json",
        "unit": "systemctl show -P ExecMainStatus nodewright-configure.service",
    ]

    private static let slots = [
        (
            "settled",
            """
            \(BootedImage.settled(300))
            """
        ), ("source", "findmnt -no SOURCE /"), ("verity", "dmsetup status --target verity root"),
        ("state", "findmnt -no SOURCE,FSTYPE,OPTIONS /run/nodewright/state"), ("slots", "nodectl slots --json"),
        ("verify", "nodectl slots verify a"), ("name", "cat /proc/sys/kernel/hostname"),
        ("origin", "nodectl config show --origin"), ("stored", "cat /run/nodewright/state/config/a/current"),
        ("configured", "nodectl status --json"),
    ]

    private func disk<Value>(_ body: (_ folder: String, _ disk: String) throws -> Value) throws -> Value {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "disk.raw")
            try Command("truncate", ["--size", "4G", disk]).run().check()
            return try body(folder, disk)
        }
    }

    /// Starts the disk without the medium, and looks whether it is a node that is configured and whole.
    private func expectInstalled(
        _ disk: String, _ origin: String, _ arguments: [String] = [], location: SourceLocation = #_sourceLocation,
        _ more: (BootedImage) throws -> Void = { _ in }
    ) throws {
        let node = try BootedImage(["--write"] + arguments, adding: Self.slots, artefact: disk)
        #expect(node.result.status == 0, "\(node.result.errorTail)", sourceLocation: location)
        #expect(node.answers["running"] == "running", "\(node.answers["failed"] ?? "")", sourceLocation: location)
        #expect(node.answers["source"] == "/dev/mapper/root", sourceLocation: location)
        #expect(node.answers["verity"]?.hasSuffix(" verity V") == true, "\(node.answers)", sourceLocation: location)
        #expect(
            node.answers["state"]?.hasPrefix("/dev/vda7 ext4 rw") == true, "\(node.answers)", sourceLocation: location)
        #expect(node.answers["verify"]?.contains("error") == false, "\(node.answers)", sourceLocation: location)
        #expect(node.answers["name"] == Self.name, sourceLocation: location)
        #expect(
            node.answers["origin"]?.contains("hostname: \"\(Self.name)\"") == true, "\(node.answers["origin"] ?? "")",
            sourceLocation: location)
        let stored = node.answers["stored"] ?? ""
        #expect(
            stored.contains("hostname: \(Self.name)") && stored.contains("# from \(origin): hostname")
                && !stored.contains("installation"), "\(stored)",
            sourceLocation: location)
        let slots = try JSON.parse(node.answers["slots"] ?? "", file: "slots")
        #expect(slots["running"]?.string == "a" && slots["next"]?.string == "a", sourceLocation: location)
        #expect(
            slots["problems"]?.sequence?.isEmpty == true, "\(node.answers["slots"] ?? "")", sourceLocation: location)
        let first = slots["slots"]?.sequence?.first
        #expect(first?["state"]?.string == "good" && first?["startable"]?.bool == true, sourceLocation: location)
        let configuration = try JSON.parse(node.answers["configured"] ?? "", file: "status")["configuration"]
        #expect(
            configuration?["state"]?.string == "configured", "\(node.answers["configured"] ?? "")",
            sourceLocation: location)
        #expect(configuration?["installation"]?.string == nil, sourceLocation: location)
        #expect(node.answers["end"] != nil, sourceLocation: location)
        try more(node)
    }

    /// The medium came first again: nothing was written, and people are told what to do.
    private func expectLeftAlone(_ live: BootedImage, location: SourceLocation = #_sourceLocation) throws {
        #expect(live.result.status == 0, "\(live.result.errorTail)", sourceLocation: location)
        let status = try JSON.parse(live.answers["status"] ?? "", file: "status")["configuration"]
        #expect(status?["state"]?.string == "configured", "\(live.answers)", sourceLocation: location)
        let installation = status?["installation"]
        #expect(installation?["state"]?.string == "not-needed", "\(live.answers)", sourceLocation: location)
        let message = installation?["message"]?.string ?? ""
        #expect(message.contains("has not been started since it was installed"), "\(message)", sourceLocation: location)
        #expect(
            live.console.contains("Nodewright: nothing is installed: /dev/vda holds a node"), sourceLocation: location)
        #expect(live.answers["unit"] == "0", sourceLocation: location)
    }

    /// A folder with the menus of the PXE folder changed, as whoever runs the server changes them.
    private func menus(with words: String, in folder: String) throws -> String {
        let copy = Path.join(folder, "pxe")
        try Command("cp", ["--archive", "--link", try #require(BootedImage.folder("pxe")), copy]).run().check()
        let menu = Path.join(copy, "boot.ipxe")
        let text = try File.readText(menu)
        try File.write(menu, text.replacing(" BOOTIF=", with: " \(words) BOOTIF="))
        return copy
    }

    /// Kernel and boot loader come from the web server, too; the words stay there when the machine starts again.
    @Test(.enabled(if: BootedImage.folder("pxe") != nil, "the test image has no PXE folder"))
    func unattendedOverTheNetwork() throws {
        try disk { folder, disk in
            let menus = try menus(with: "storage_init=/dev/vda install hostname=\(Self.name)", in: folder)
            let live = try BootedImage(
                ["--disk", disk], before: ["expect Nodewright: RESTART IN 10 S: boot-test .* is installed on /dev/vda"],
                questions: Self.afterwards, artefact: menus, timeout: 1800)
            try expectLeftAlone(live)
            try expectInstalled(disk, "kernel command line")
        }
    }

    /// By hand, to a disk with several paths; the node gets the configuration that the live system was given.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func byHandFromTheISO() throws {
        try disk { folder, disk in
            let document = Path.join(folder, "node.yaml")
            try File.write(document, "schemaVersion: 1\nhostname: \(Self.name)\n")
            let live = try BootedImage(
                ["--disk", disk, "--load-credential", "nodewright.config:\(document)"],
                questions: [
                    "failed": "systemctl --failed --no-legend --plain",
                    "paths": """
                    modprobe dm-multipath && modprobe dm-round-robin
                    dmsetup create mpatha --uuid mpath-nodewright --table \
                        "0 $(cat /sys/block/vda/size) multipath 0 0 1 1 round-robin 0 1 1 $(cat /sys/block/vda/dev) 1000"
                    """,
                    "list": "nodectl install --list", "path": "nodectl install /dev/vda --yes; echo status $?",
                    "dry-run": "nodectl install /dev/mapper/mpatha --dry-run; echo status $?",
                    "install": "nodectl install /dev/mapper/mpatha --yes --json; echo status $?",
                    "again": "nodectl install --list",
                ], timeout: 1800)
            #expect(live.result.status == 0, "\(live.result.errorTail)")
            func expect(_ name: String, _ words: String..., status: Int? = nil) {
                let answer = live.answers[name] ?? ""
                #expect(words.allSatisfy(answer.contains), "\(name): \(answer)")
                if let status { #expect(answer.hasSuffix("status \(status)"), "\(name): \(answer)") }
            }
            #expect(live.answers["paths"] == "")
            expect("list", "/dev/mapper/mpatha, 4.3 GB, multipath\n", "  holds: empty\n/dev/vda, 4.3 GB, virtio\n")
            expect("path", "\"/dev/vda\" is in use: it is a path to /dev/mapper/mpatha", status: 8)
            expect("dry-run", "nothing is lost: the disk is empty", "partition 7: state", status: 0)
            expect("install", "\"installed\"", status: 0)
            expect("again", "  holds: a node (slot A)\n")
            try expectInstalled(disk, "credential")
        }
    }

    /// By a config disk, and the medium goes on running; the firmware is told of the disk. All of it signed.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func unattendedWithSecureBoot() throws {
        try disk { folder, disk in
            let config = try ConfigDiskImage.make(
                """
                schemaVersion: 1
                hostname: \(Self.name)
                installation: {targets: [{transport: virtio, minimum-size: 1 GiB}], completion: stay}

                """, in: folder)
            let firmware = ["--firmware", "uefi", "--secure-boot"]
            let live = try BootedImage(
                firmware + ["--disk", disk, "--disk", config],
                questions: [
                    "wait": """
                    for second in $(seq 1200); do
                        grep -Eq '"state": *"(done|not-needed|failed)"' /run/nodewright/configuration.json && break
                        sleep 1
                    done
                    """, "status": "nodectl status --json", "disks": "nodectl install --list",
                    "entries": """
                    for entry in /sys/firmware/efi/efivars/Boot[0O]*; do
                        echo "${entry##*/} $(od -An -tx1 -v $entry | tr -d ' \\n') $(tr -cd '[:print:]' <$entry)"
                    done
                    """,
                ], timeout: 1800)
            #expect(live.result.status == 0, "\(live.result.errorTail)")
            let status = try JSON.parse(live.answers["status"] ?? "", file: "status")["configuration"]?["installation"]
            #expect(status?["state"]?.string == "done", "\(live.answers)")
            #expect(status?["message"]?.string?.contains("is installed on /dev/vda") == true, "\(live.answers)")
            #expect(live.answers["disks"]?.contains("  holds: a node (slot A)\n") == true, "\(live.answers)")
            // Our entry, and the order in which it comes first.
            let entries = (live.answers["entries"] ?? "").split(separator: "\n")
            let own = entries.first { $0.hasPrefix("Boot0") && $0.contains("Nodewright") }?.dropFirst(4).prefix(4) ?? ""
            let number = own.suffix(2) + own.prefix(2)
            let order = entries.first { $0.hasPrefix("BootOrder-") }?.split(separator: " ").dropFirst().first ?? ""
            #expect(number.count == 4 && order.hasPrefix("07000000" + number.lowercased()), "\(entries)")
            try expectInstalled(disk, "config disk", firmware) { node in
                #expect(node.answers["lockdown"]?.contains("[integrity]") == true, "\(node.answers)")
            }
        }
    }
}
