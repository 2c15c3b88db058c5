import Glibc
import Host
public import NodeConfig

/// Whether an engine can use a node: what it needs to log in, to install its agent, and to start guests.
public struct Readiness {
    /// What cannot be seen in files.
    struct Surroundings {
        /// The first bytes that a local port sends; nil when nobody listens.
        var greeting: (_ port: Int) -> String?
        /// Whether the kernel's clock is kept right.
        var isClockRight: () -> Bool
        /// The addresses of the node with which others reach it.
        var addresses: () -> [IPAddress]
        /// Bytes that are free below a path.
        var free: (_ path: String) -> Int?
        /// The addresses of a name, and the names of an address; nil when no server answers.
        var addressesOfName: (String) -> [IPAddress]?
        var namesOfAddress: (IPAddress) -> [String]?
    }

    private let root: String
    private let configuration: NodeConfiguration
    private let surroundings: Surroundings

    /// The running node.
    public init(_ configuration: NodeConfiguration) {
        self.init(root: "/", configuration, .running)
    }

    init(root: String, _ configuration: NodeConfiguration, _ surroundings: Surroundings) {
        self.root = root
        self.configuration = configuration
        self.surroundings = surroundings
    }

    /// Every check, the weightiest first.
    public func checks() -> [ReadinessCheck] {
        [vdsm, python, login, virtualization, space, variant, time] + names
    }

    /// Why an engine could most likely not install its agent; nil when nothing here is a reason.
    public func likelyCause() -> String? { checks().first { $0.outcome == .failed }?.found }

    private func exists(_ path: String) -> Bool { access(Path.join(root, path), F_OK) == 0 }

    private var vdsm: ReadinessCheck {
        if exists("usr/bin/vdsm-tool") || exists("usr/share/vdsm") {
            return ReadinessCheck("vdsm", .ok, "VDSM is in this image")
        }
        return ReadinessCheck(
            "vdsm", .failed, "VDSM is not in this image",
            advice: "an engine installs it with dnf, which a read-only image cannot take: build recipes/vdsm.yaml")
    }

    private var python: ReadinessCheck {
        if exists("usr/bin/python3") || exists("usr/libexec/platform-python") {
            return ReadinessCheck("python", .ok, "python3 is in this image")
        }
        return ReadinessCheck(
            "python", .failed, "python3 is not in this image",
            advice: "an engine runs Ansible on its hosts: build an image with python3")
    }

    private var login: ReadinessCheck {
        let port = configuration.ssh.port ?? 22
        if let greeting = surroundings.greeting(port), greeting.hasPrefix("SSH-2.0") {
            return ReadinessCheck("remote-login", .ok, "sshd answers at port \(port)")
        }
        let isOff = configuration.ssh.enabled == false
        return ReadinessCheck(
            "remote-login", .failed, "no SSH server answers at port \(port)",
            advice: isOff ? "the configuration switches it off: ssh.enabled" : "systemctl status sshd says why")
    }

    private var virtualization: ReadinessCheck {
        let processor = (try? File.read(Path.join(root, "proc/cpuinfo"), limit: 8 << 20)) ?? []
        let flags = String(decoding: processor, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("flags") }
        let extensions = (flags ?? "").split(separator: " ").first { ["vmx", "svm"].contains($0) }
        guard let extensions else {
            return ReadinessCheck(
                "virtualization", .failed, "the processor has no virtualization extensions",
                advice: "switch them on in the firmware's setup (VT-x, AMD-V, SVM)")
        }
        guard NodeStatus.KVM(device: Path.join(root, "dev/kvm")) == .available else {
            return ReadinessCheck(
                "virtualization", .failed, "the processor has \(extensions), but /dev/kvm cannot be opened",
                advice: "journalctl -k says why the module kvm_\(extensions == "vmx" ? "intel" : "amd") does not work")
        }
        return ReadinessCheck("virtualization", .ok, "\(extensions), /dev/kvm")
    }

    private var space: ReadinessCheck {
        guard let free = surroundings.free(Path.join(root, "var")) else {
            return ReadinessCheck("free-space", .warning, "nobody knows how much is free in /var")
        }
        let found = "\(free >> 20) MiB are free in /var"
        if free < 500 << 20 {
            return ReadinessCheck("free-space", .failed, found, advice: "free at least 500 MiB, or use a larger disk")
        }
        // oVirt's own demand on /var of a host.
        if free < 10 << 30 {
            return ReadinessCheck("free-space", .warning, found, advice: "oVirt asks for 10 GiB on a host")
        }
        return ReadinessCheck("free-space", .ok, found)
    }

    private var variant: ReadinessCheck {
        let text = ["etc/os-release", "usr/lib/os-release"].lazy.compactMap {
            try? File.read(Path.join(root, $0), limit: OSRelease.limit)
        }.first
        let variant = OSRelease(text ?? [])["VARIANT_ID"]
        if variant == "ovirt-node" { return ReadinessCheck("variant", .ok, "VARIANT_ID is ovirt-node") }
        return ReadinessCheck(
            "variant", .warning, variant.map { "VARIANT_ID is \($0)" } ?? "there is no VARIANT_ID",
            advice:
                "an engine takes this node for an ordinary host, and updates it by packages: \"variant: ovirt-node\" in the recipe of the image (recipes/vdsm.yaml has it)"
        )
    }

    private var time: ReadinessCheck {
        surroundings.isClockRight()
            ? ReadinessCheck("time", .ok, "the clock is kept right")
            : ReadinessCheck(
                "time", .warning, "the clock is not kept right",
                advice: "certificates need it: set time.ntp-servers; chronyc sources shows which ones answer")
    }

    /// Forward and reverse DNS, as others see them.
    private var names: [ReadinessCheck] {
        let own = surroundings.addresses()
        let name = SystemFile.line(Path.join(root, "proc/sys/kernel/hostname")) ?? ""
        let advice =
            "the engine reaches this node by its address alone: enter the name into DNS"
        guard let first = own.first else {
            return [
                ReadinessCheck("network", .failed, "no interface has an address", advice: "nodectl status shows them")
            ]
        }
        return [forward(name, own, advice), reverse(name, first)]
    }

    private func forward(_ name: String, _ own: [IPAddress], _ advice: String) -> ReadinessCheck {
        guard name.contains("."), !name.hasPrefix("localhost") else {
            return ReadinessCheck("forward-dns", .warning, "the name \"\(name)\" has no domain", advice: advice)
        }
        guard let found = surroundings.addressesOfName(name) else {
            return ReadinessCheck(
                "forward-dns", .warning, "no name server answers",
                advice: "set dns.servers; nodectl status shows addresses")
        }
        if found.isEmpty {
            return ReadinessCheck("forward-dns", .warning, "DNS does not know \(name)", advice: advice)
        }
        let shown = found.map(\.description).joined(separator: ", ")
        if Set(found).isDisjoint(with: own) {
            return ReadinessCheck(
                "forward-dns", .failed, "\(name) leads to \(shown), which is not this node", advice: "correct it in DNS"
            )
        }
        return ReadinessCheck("forward-dns", .ok, "\(name) leads to \(shown)")
    }

    private func reverse(_ name: String, _ address: IPAddress) -> ReadinessCheck {
        guard let found = surroundings.namesOfAddress(address) else {
            return ReadinessCheck("reverse-dns", .warning, "no name server answers", advice: "set dns.servers")
        }
        if found.contains(where: { $0.lowercased() == name.lowercased() }) {
            return ReadinessCheck("reverse-dns", .ok, "\(address) is \(name)")
        }
        let shown = found.isEmpty ? "no name" : found.joined(separator: ", ")
        return ReadinessCheck(
            "reverse-dns", .warning, "\(address) has \(shown) in DNS, not \(name)", advice: "enter it into DNS")
    }
}
