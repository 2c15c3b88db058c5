import Artefacts
import Document
import Host
import Lab
import Sandbox

/// One thing that `nodewright doctor` has looked at.
struct HostCheck {
    /// What was found.
    enum State: String {
        case found
        /// Not there, and something else does its work more slowly.
        case absent
        case missing
    }

    let name: String
    let purpose: ExternalProgram.Purpose
    let state: State
    /// A version and a path, or what is done instead.
    let detail: String
    let apt: String?
    let dnf: String?

    /// Looks for a program.
    init(_ program: ExternalProgram) {
        let path = program.path
        let version = path.flatMap(program.version)
        self.init(
            program.name, program.purpose, path != nil ? .found : program.isOptional ? .absent : .missing,
            path.map { [version, $0].compactMap { $0 }.joined(separator: "  ") }
                ?? "package \(program.apt) (Debian, Ubuntu) or \(program.dnf) (Fedora, CentOS)",
            apt: program.apt, dnf: program.dnf)
    }

    private init(
        _ name: String, _ purpose: ExternalProgram.Purpose, _ state: State, _ detail: String, apt: String? = nil,
        dnf: String? = nil
    ) {
        self.name = name
        self.purpose = purpose
        self.state = state
        self.detail = detail
        self.apt = apt
        self.dnf = dnf
    }

    /// What is no program: namespaces, firmware, virtualization.
    static func abilities(_ purpose: ExternalProgram.Purpose) -> [HostCheck] {
        switch purpose {
        case .build: [sandbox()]
        case .boot: [firmware(.uefi, "UEFI"), firmware(.secureBoot, "Secure Boot"), kvm()]
        case .inspect, .serve: []
        case .lab: [keys(), mirror()]
        }
    }

    private static func sandbox() -> HostCheck {
        do {
            return HostCheck("sandbox", .build, .found, "unpacks packages by: \(try Rung.best().rawValue)")
        } catch {
            return HostCheck("sandbox", .build, .missing, "\(error)")
        }
    }

    private static func firmware(_ firmware: Firmware, _ name: String) -> HostCheck {
        let path = firmware.installedCode
        return HostCheck(
            name + " firmware", .boot, path == nil ? .missing : .found,
            path ?? "package ovmf (Debian, Ubuntu) or edk2-ovmf (Fedora, CentOS)", apt: "ovmf", dnf: "edk2-ovmf")
    }

    private static func keys() -> HostCheck {
        let path = LabRequest.installedKeyring
        return HostCheck(
            "Debian's keys", .lab, path == nil ? .missing : .found,
            path ?? "package debian-archive-keyring (Debian, Ubuntu) or debian-keyring (Fedora)",
            apt: "debian-archive-keyring", dnf: "debian-keyring")
    }

    private static func mirror() -> HostCheck {
        let mirror = LabRequest.knownMirror
        return HostCheck(
            "Debian's mirror", .lab, mirror == nil ? .absent : .found,
            mirror ?? "the apt sources name none: nodewright lab create --mirror URL")
    }

    private static func kvm() -> HostCheck {
        guard let emulator = try? Emulator.find(), Acceleration.best(emulator: emulator) == .kvm else {
            return HostCheck("KVM", .boot, .absent, "no guest runs under it here; machines are emulated")
        }
        return HostCheck("KVM", .boot, .found, "a guest has run under it")
    }

    /// The line for people.
    var line: String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        return padded(name, 22) + padded(purpose.rawValue, 8) + padded(state.rawValue, 10) + detail
    }

    /// The object for programs.
    var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("purpose", .string(purpose.rawValue)),
            .init("state", .string(state.rawValue)),
            .init("detail", .string(detail)), .init("apt", .optional(apt)), .init("dnf", .optional(dnf)),
        ])
    }
}
