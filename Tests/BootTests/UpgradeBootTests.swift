import Document
import Host
import TestSupport
import Testing

/// A node is upgraded over HTTPS, from version to version, and leaves one that is not healthy.
@Suite(.serialized, .enabled(if: BootedImage.artefact(".qcow2") != nil, "the test image has no disk"))
struct UpgradeBootTests {
    private static let isFull = Environment.variable("NODEWRIGHT_FULL") == "1"

    /// Waits until the slot that runs is good; what a start says is kept for the last one.
    private static func start(_ slot: String, _ steps: String, says file: String) -> String {
        """
        case $(cat /proc/cmdline) in *nodewright.slot=\(slot)*) if [ ! -e /var/upgrade/\(file) ]; then {
            for i in $(seq 300); do systemctl -q is-active boot-complete.target && break; sleep 1; done
            nodectl upgrade status; \(steps)
        } >/var/upgrade/\(file).part 2>&1; mv /var/upgrade/\(file).part /var/upgrade/\(file); sync; \
        systemctl reboot; sleep 600; fi;; esac
        """
    }

    /// `nodectl upgrade apply` from the server, with what it takes; the status it ends with.
    private static func apply(_ server: TLSServer, _ more: String = "") -> String {
        """
        nodectl upgrade apply --repository https://10.0.2.2:\(server.port) --ca $CREDENTIALS_DIRECTORY/ca \
        --trusted-root $CREDENTIALS_DIRECTORY/root \(more); echo "status $?"
        """
    }

    /// The credentials of the questions' unit.
    private static func credentials(_ published: PublishedVersions, _ server: TLSServer) -> [String] {
        [
            "--load-credential", "ca:\(server.certificate)", "--load-credential", "root:\(published.root)",
            "--set-credential",
            "systemd.unit-dropin.questions.service:[Service]\nLoadCredential=ca\nLoadCredential=root",
        ]
    }

    private func serve<Value>(_ published: PublishedVersions, _ body: (TLSServer) throws -> Value) throws -> Value {
        try TLSServer.with(
            folder: published.repository, certificate: Path.join(published.folder, "server.pem"), body)
    }

    private func slots(_ image: BootedImage) throws -> Node {
        try JSON.parse(image.answers["slots"] ?? "", file: "slots")
    }

    private static let afterwards = [
        ("slots", "nodectl slots --json"), ("text", "nodectl slots; nodectl upgrade status"),
        ("after", "nodectl status"),
        ("said", "cat /var/upgrade/*"), ("id", "cat /etc/machine-id"),
    ]

    @Test func toTheNextVersionOverHTTPS() throws {
        try PublishedVersions.with { published in
            try published.publish(.init(number: "0.2.0", files: ["usr/share/nodewright/two": "two\n"]))
            try serve(published) { server in
                let steps = Self.apply(server) + "; nodectl upgrade status"
                let image = try BootedImage(
                    Self.credentials(published, server),
                    adding: [
                        ("kept", "mkdir -p /var/upgrade; " + Self.start("a", steps, says: "1")),
                        ("two", "cat /usr/share/nodewright/two"),
                    ] + Self.afterwards, artefact: BootedImage.artefact(".qcow2"), timeout: 1800)
                #expect(image.result.status == 0, "\(image.result.errorTail)")
                let said = image.answers["said"] ?? ""
                #expect(said.contains("status 10"), "\(said)")
                #expect(said.contains("boot-test 0.2.0 is in slot B, and starts next"), "\(said)")
                #expect(image.answers["two"] == "two", "\(image.answers)")
                let slots = try slots(image)
                #expect(slots["running"]?.string == "b", "\(image.answers["text"] ?? "")")
                #expect(image.answers["text"]?.contains("Runs       boot-test 0.2.0 (slot B)") == true)
            }
        }
    }
}
