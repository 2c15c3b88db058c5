import Artefacts
import Host

/// A program that this one runs: what for, and which package has it.
///
/// `all` is the whole list; a test holds the sources to it.
struct ExternalProgram: Sendable {
    /// What a program is needed for.
    enum Purpose: String, Sendable, CaseIterable { case build, boot, inspect, lab, serve }

    let name: String
    let purpose: Purpose
    /// The package on Debian and Ubuntu.
    let apt: String
    /// The package on Fedora and CentOS.
    let dnf: String
    /// Makes it print its version; nil when it has no such option.
    let versionArguments: [String]?

    /// Whether everything works without it, only not as well.
    let isOptional: Bool

    private init(
        _ name: String, _ purpose: Purpose, apt: String, dnf: String, version: [String]? = ["--version"],
        optional: Bool = false
    ) {
        self.name = name
        self.purpose = purpose
        self.apt = apt
        self.dnf = dnf
        versionArguments = version
        isOptional = optional
    }

    /// Every program, in the order in which a build meets them.
    static let all = [
        ExternalProgram("gpg", .build, apt: "gnupg", dnf: "gnupg2"),
        ExternalProgram("gpgv", .build, apt: "gpgv", dnf: "gnupg2"),
        ExternalProgram("gpgconf", .build, apt: "gnupg", dnf: "gnupg2"),
        ExternalProgram("newuidmap", .build, apt: "uidmap", dnf: "shadow-utils", version: nil, optional: true),
        ExternalProgram("newgidmap", .build, apt: "uidmap", dnf: "shadow-utils", version: nil, optional: true),
        ExternalProgram("chroot", .build, apt: "coreutils", dnf: "coreutils"),
        ExternalProgram("depmod", .build, apt: "kmod", dnf: "kmod"),
        ExternalProgram("mkfs.fat", .build, apt: "dosfstools", dnf: "dosfstools", version: ["--help"]),
        ExternalProgram("mmd", .build, apt: "mtools", dnf: "mtools"),
        ExternalProgram("mcopy", .build, apt: "mtools", dnf: "mtools"),
        ExternalProgram("xorriso", .build, apt: "xorriso", dnf: "xorriso"),
        ExternalProgram("mke2fs", .build, apt: "e2fsprogs", dnf: "e2fsprogs", version: ["-V"]),
        ExternalProgram("e2fsck", .build, apt: "e2fsprogs", dnf: "e2fsprogs", version: ["-V"]),
        ExternalProgram("qemu-img", .build, apt: "qemu-utils", dnf: "qemu-img"),
        ExternalProgram("qemu-system-x86_64", .boot, apt: "qemu-system-x86", dnf: "qemu-system-x86-core"),
        ExternalProgram("unsquashfs", .inspect, apt: "squashfs-tools", dnf: "squashfs-tools", version: ["-version"]),
        ExternalProgram("sqfscat", .inspect, apt: "squashfs-tools", dnf: "squashfs-tools", version: ["-version"]),
        ExternalProgram("mdir", .inspect, apt: "mtools", dnf: "mtools"),
        ExternalProgram("qemu-img", .inspect, apt: "qemu-utils", dnf: "qemu-img"),
        ExternalProgram("createrepo_c", .lab, apt: "createrepo-c", dnf: "createrepo_c"),
        ExternalProgram("rpmbuild", .lab, apt: "rpm", dnf: "rpm-build"),
        ExternalProgram("rpmsign", .lab, apt: "rpm", dnf: "rpm-sign"),
        ExternalProgram("strip", .lab, apt: "binutils", dnf: "binutils"),
        ExternalProgram("dnsmasq", .serve, apt: "dnsmasq-base", dnf: "dnsmasq"),
    ]

    /// Its path; nil when it is not installed.
    var path: String? { name.hasPrefix("qemu-system-") ? try? Emulator.find() : Environment.program(name) }

    /// The first version number that it prints.
    func version(_ path: String) -> String? {
        guard let versionArguments, let result = try? Command(path, versionArguments).run() else { return nil }
        let text = result.text + result.errorTail
        return text.firstMatch(of: /[0-9]+(\.[0-9]+)+[-a-z0-9]*/).map { String($0.output.0) }
    }
}
