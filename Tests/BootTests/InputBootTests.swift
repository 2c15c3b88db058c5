import Host
import TestSupport
import Testing

/// A node that comes up configured although nobody has touched it: by a credential, a config disk and its kernel.
@Suite(.serialized, .enabled(if: BootedImage.iso != nil, "NODEWRIGHT_TEST_ISO names no image; \"make check\" sets it"))
struct InputBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    private static let questions: [(String, String)] = [
        ("names", "cat /proc/sys/kernel/hostname; cat /etc/vconsole.conf; readlink /etc/localtime"),
        ("origin", "nodectl config show --origin"),
        ("history", "nodectl config history"),
        ("sshd", "sshd -T | grep -E '^(port|passwordauthentication|authorizedkeysfile) '"),
        ("left", "ls /run/nodewright/config; findmnt -n -o TARGET LABEL=NODECONFIG; echo none"),
        ("failed", "systemctl --failed --no-legend --plain"),
    ]

    /// A disk with a FAT file system as any computer makes it.
    private func configDisk(_ file: String, in folder: String) throws -> String {
        let image = Path.join(folder, "config.img")
        try Command("truncate", ["-s", "8M", image]).run().check()
        try Command("mkfs.vfat", ["-n", "NODECONFIG", image]).run().check()
        try Command("mcopy", ["-i", image, file, "::node.yaml"]).run().check()
        return image
    }

    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func aConfigDiskAndACredential() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let file = Path.join(folder, "node.yaml")
            try File.write(
                file,
                """
                schemaVersion: 1
                hostname: disk.example.org
                time: {zone: Europe/Berlin}
                ssh:
                  port: 2222
                  keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me"]
                """)
            let credential = Path.join(folder, "credential")
            try File.write(credential, "schemaVersion: 1\nhostname: credential\nlocale: {keyboard: de}\n")
            let node = try BootedImage(
                ["--disk", try configDisk(file, in: folder), "--load-credential", "nodewright.config:\(credential)"],
                questions: [:], adding: Self.questions)
            #expect(node.result.status == 0, "\(node.result.errorTail)")
            #expect(
                node.answers["names"] == "disk.example.org\nKEYMAP=de\n../usr/share/zoneinfo/Europe/Berlin",
                "\(node.answers)")
            let origin = node.answers["origin"] ?? ""
            #expect(
                origin.contains("hostname: \"disk.example.org\"  (config disk, NODECONFIG/node.yaml:2:11)"), "\(origin)"
            )
            #expect(origin.contains("locale.keyboard: \"de\"  (credential, nodewright.config:3:20)"), "\(origin)")
            // A CD has no state, so the inputs are read anew at each start.
            #expect(node.answers["history"] == "nodectl: error: no configuration is stored")
            let sshd = node.answers["sshd"] ?? ""
            #expect(
                sshd.contains("port 2222") && sshd.contains("passwordauthentication no")
                    && sshd.contains("/etc/ssh/nodewright_authorized_keys"), "\(sshd)")
            // Nothing of the disk stays mounted.
            #expect(node.answers["left"] == "config-disk.yaml\nnone")
            #expect(node.answers["failed"] == "", "\(node.answers["failed"] ?? "")")
        }
    }
}
