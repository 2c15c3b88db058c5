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
            case .libvirt: "systemd.mask=libvirtd.service systemd.mask=libvirtd.socket"
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
    }

    @Test(arguments: Damage.allCases) func aBrokenSlotIsLeft(damage: Damage) throws {
        let image = try BootedImage(
            [], adding: [("kept", Self.twice(damage)), ("slots", "nodectl slots --json"), ("text", "nodectl slots")],
            artefact: BootedImage.artefact(".qcow2"), timeout: 1800)
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        let prepared = image.answers["kept"] ?? ""
        #expect(prepared.contains("Slot B is started next, on trial for 1 start."), "\(prepared)")
        #expect(image.console.contains("(slot B)") || image.console.contains("slot B"), "\(image.console.suffix(2000))")
        let slots = try JSON.parse(image.answers["slots"] ?? "", file: "slots")
        #expect(slots["running"]?.string == "a")
        #expect(slots["next"]?.string == "a")
        #expect(slots["slots"]?.sequence?.first?["state"]?.string == "good")
        #expect(slots["slots"]?.sequence?.last?["state"]?.string == "failed", "\(image.answers["text"] ?? "")")
        #expect(image.answers["nodectl"]?.contains("slot A") == true)
        #expect(image.answers["nodectl"]?.contains("slot B is not used since ") == true)
        #expect(image.answers["nodectl"]?.contains(damage.reason) == true, "\(image.answers["nodectl"] ?? "")")
        #expect(image.answers["running"] == "running", "\(image.answers["failed"] ?? "")")
    }

    /// The first start copies slot A to slot B, breaks that and tries it; what it says is kept for the start of slot A after that.
    /// In slot B, should it come so far, nothing is done but to wait for the end of the trial.
    private static func twice(_ damage: Damage) -> String {
        """
        case $(cat /proc/cmdline) in *nodewright.slot=b*) sleep 3600;; esac
        if [ ! -e /var/first-start ]; then {
            for i in $(seq 300); do
                case $(systemctl show -P ActiveState nodewright-health.service) in inactive|failed) break;; esac; sleep 1
            done
            systemctl show -P Result nodewright-health.service
            dd if=/dev/vda3 of=/dev/vda5 bs=1M conv=fsync
            dd if=/dev/vda4 of=/dev/vda6 bs=1M conv=fsync
            mkdir /run/esp; mount /dev/vda2 /run/esp
            cp -r /run/esp/nodewright/a /run/esp/nodewright/b
            id() { lsblk -dnro PARTUUID /dev/vda$1; }
            sed -i -e "s/$(id 3)/$(id 5)/; s/$(id 4)/$(id 6)/" -e 's|/nodewright/a/|/nodewright/b/|' \\
                -e 's/slot=a/slot=b/; s/slot A/slot B/; s/--id a/--id b/; s/count_a/count_b/' \\
                -e 's|\\$trial|\(damage.arguments) $trial|' /run/esp/nodewright/b/slot.cfg
            cat /run/esp/nodewright/b/slot.cfg
            sync; umount /run/esp
            nodectl slots verify b
            \(damage.steps)
            nodectl slots activate b --tries 1
            } >/var/first-start 2>&1
            sync; systemctl reboot; sleep 600
        fi
        cat /var/first-start
        for i in $(seq 120); do nodectl slots --json | grep -qE '"event": "(took over|failed)"' && break; sleep 1; done
        """
    }
}
