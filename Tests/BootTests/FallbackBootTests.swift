import Document
import Host
import TestSupport
import Testing

/// A slot that does not become healthy is left by itself, and the node says why.
@Suite(
    .serialized, .enabled(if: BootedImage.artefact(".qcow2") != nil, "the test image has no disk"),
    .enabled(if: Environment.variable("NODEWRIGHT_FULL") == "1", "runs in \"make check-full\""))
struct FallbackBootTests {
    /// What is broken in slot B, and what the node says of it.
    enum Damage: String, CaseIterable {
        case root, initialization, libvirt, network

        /// Words for the kernel command line of slot B.
        var arguments: String {
            switch self {
            case .root: ""
            case .initialization: "init=/usr/lib/nothing"
            // `broken`
            case .libvirt: ""
            case .network: "systemd.mask=NetworkManager.service"
            }
        }

        /// Steps while slot A still runs.
        var steps: String {
            self == .root ? "head -c 65536 /dev/urandom | dd of=/dev/vda5 bs=4096 conv=notrunc,fsync" : ":"
        }

        var reason: String {
            switch self {
            case .root, .initialization: "slot B did not become healthy"
            case .libvirt: "libvirt: "
            case .network: "management-address: "
            }
        }

        /// What only a start of slot B can have said on the console; nil when the history has it.
        var shown: String? {
            switch self {
            case .root: "Nodewright: the root file system could not be mounted."
            case .initialization:
                "Nodewright: the root file system is mounted, but the system in it could not be started."
            case .libvirt, .network: nil
            }
        }

        /// One row is enough to show that both firmwares count.
        var machine: [String] {
            switch self {
            case .root, .initialization: []
            // The daemon alone: its sockets go on listening.
            case .libvirt: ["--set-credential", "systemd.unit-dropin.libvirtd.service:" + Self.broken]
            case .network: ["--firmware", "uefi"]
            }
        }

        private static let broken = "[Service]\nExecStartPre=/bin/sh -c '! grep -q nodewright.slot=b /proc/cmdline'"
    }

    /// Asked behind `kept`, which waits for the end of it all.
    private static let afterwards = [
        ("slots", "nodectl slots --json"), ("text", "nodectl slots"), ("after", "nodectl status"),
        ("complete", "systemctl is-active boot-complete.target"),
    ]

    @Test(arguments: Damage.allCases) func aBrokenSlotIsLeft(damage: Damage) throws {
        let image = try BootedImage(
            damage.machine, adding: [("kept", Self.twice(damage))] + Self.afterwards,
            artefact: BootedImage.artefact(".qcow2"), timeout: 1800)
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        let prepared = image.answers["kept"] ?? ""
        #expect(prepared.contains("Slot B is started next, on trial for 1 start."), "\(prepared)")
        let slots = try JSON.parse(image.answers["slots"] ?? "", file: "slots")
        #expect(slots["running"]?.string == "a")
        #expect(slots["next"]?.string == "a")
        #expect(slots["slots"]?.sequence?.first?["state"]?.string == "good")
        #expect(slots["slots"]?.sequence?.last?["state"]?.string == "failed", "\(image.answers["text"] ?? "")")
        if let shown = damage.shown {
            #expect(image.console.contains(shown), "\(image.console.suffix(2000))")
        } else {
            let failed = slots["history"]?.sequence?.contains {
                $0["slot"]?.string == "b" && $0["event"]?.string == "failed"
            }
            #expect(failed == true, "\(image.answers["text"] ?? "")")
        }
        let status = image.answers["after"] ?? ""
        #expect(status.contains("slot A") && status.contains("slot B is not used: "), "\(status)")
        #expect(status.contains(damage.reason), "\(status)")
        #expect(image.answers["running"] == "running", "\(image.answers["failed"] ?? "")")
    }

    /// What an upgrade leads to: the other slot is tried, becomes healthy and stays.
    @Test func aHealthySlotIsBlessed() throws {
        let image = try BootedImage(
            [],
            adding: [("kept", Self.twice(nil))] + Self.afterwards + [("watchdog", "systemctl show -P WatchdogDevice")],
            artefact: BootedImage.artefact(".qcow2"), timeout: 1800)
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        let slots = try JSON.parse(image.answers["slots"] ?? "", file: "slots")
        #expect(slots["running"]?.string == "b" && slots["next"]?.string == "b", "\(image.answers["text"] ?? "")")
        let states = slots["slots"]?.sequence?.compactMap { $0["state"]?.string }
        #expect(states == ["good", "good"], "\(image.answers["text"] ?? "")")
        #expect(image.answers["complete"] == "active")
        #expect(image.answers["after"]?.contains("Problem") == false, "\(image.answers["after"] ?? "")")
        #expect(image.answers["command-line"]?.contains("nodewright.trial=0 ") == true)
        #expect(image.answers["watchdog"]?.hasPrefix("/dev/watchdog") == true)
    }

    /// The first start copies slot A to slot B, breaks that and tries it; what it says is kept for the start of slot A after that.
    /// In a broken slot B, should it come so far, nothing is done but to wait for the end of the trial.
    private static func twice(_ damage: Damage?) -> String {
        """
        \(damage == nil ? "" : "case $(cat /proc/cmdline) in *nodewright.slot=b*) sleep 3600;; esac")
        if [ ! -e /var/first-start ]; then {
            for i in $(seq 300); do
                case $(systemctl show -P ActiveState nodewright-health.service) in inactive|failed) break;; esac; sleep 1
            done
            dd if=/dev/vda3 of=/dev/vda5 bs=1M conv=fsync
            dd if=/dev/vda4 of=/dev/vda6 bs=1M conv=fsync
            mkdir /run/esp; mount /dev/vda2 /run/esp
            cp -r /run/esp/nodewright/a /run/esp/nodewright/b
            id() { lsblk -dnro PARTUUID /dev/vda$1; }
            sed -i -e "s/$(id 3)/$(id 5)/; s/$(id 4)/$(id 6)/" -e 's|/nodewright/a/|/nodewright/b/|' \\
                -e 's/slot=a/slot=b/; s/slot A/slot B/; s/--id a/--id b/; s/count_a/count_b/' \\
                -e 's|\\$trial|\(damage?.arguments ?? "") $trial|' /run/esp/nodewright/b/slot.cfg
            cat /run/esp/nodewright/b/slot.cfg
            sync; umount /run/esp
            nodectl slots verify b
            \(damage?.steps ?? ":")
            nodectl slots activate b --tries 1
            } >/var/first-start 2>&1
            sync; systemctl reboot; sleep 600
        fi
        cat /var/first-start
        for i in $(seq 300); do nodectl slots --json | grep -qE '"event": "(\(damage == nil ? "good" : "took over|failed"))"' && break; sleep 1; done
        for i in $(seq 300); do systemctl -q is-active boot-complete.target && break; sleep 1; done
        """
    }
}
