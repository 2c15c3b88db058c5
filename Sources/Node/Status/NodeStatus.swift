import Bus
import Glibc
import Host
public import NodeConfig

/// What a node knows about itself at one moment.
public struct NodeStatus: Hashable, Sendable {
    /// What the system was started from.
    public enum Boot: Hashable, Sendable {
        /// From a medium or the network, leaving the disks alone.
        case live
        /// From slot `a` or `b` of a disk.
        case slot(String)
        case unknown
    }

    /// Whether virtual machines can use the processor.
    public enum KVM: String, Sendable {
        case available
        /// `/dev/kvm` is there, but not for this user.
        case denied = "no permission"
        case none
    }

    /// The image's own description.
    public let release: OSRelease
    /// What the system was started from.
    public let boot: Boot
    /// Whether somebody chose to install at the boot menu.
    public let wantsInstallation: Bool
    /// The kernel's host name.
    public let hostname: String?
    /// The machine id; nil when there is none that is valid.
    public let machineID: String?
    /// Seconds since the kernel started.
    public let uptime: Int?
    /// All but the loopback, by name.
    public let interfaces: [NetworkInterface]
    /// Whether virtual machines can use the processor.
    public let kvm: KVM
    /// The states of the watched services.
    public let services: Services

    /// What is wrong with the disk that the node runs from, in words.
    public let problems: [String]
    /// How far its configuration is; nil when nobody has begun with it.
    public let configuration: ConfigurationState?
    /// Whether one can log in at the console.
    public let acceptsLogin: Bool
    /// Whether the administrator's menu can be opened at the console.
    public let hasMenu: Bool
    /// How far registration with an engine has come; nil when nobody has tried.
    public let engine: RegistrationState?
    /// What is in its slots; nil on a system that was not started from one.
    public let slots: SlotsReport?
    /// Its guests; nil when nobody knows.
    public let guests: RunningGuests?
    /// By which SSH clients know it.
    public let hostKeys: [HostKey]
    /// How busy it is.
    public let load: MachineLoad
    /// A version that it could be upgraded to; nil when none is known.
    public let offer: UpgradeNotes.Offer?

    /// A status made of its parts.
    public init(
        release: OSRelease, boot: Boot, wantsInstallation: Bool = false, hostname: String?, machineID: String?,
        uptime: Int?,
        interfaces: [NetworkInterface], kvm: KVM, services: Services, problems: [String] = [],
        configuration: ConfigurationState? = nil, acceptsLogin: Bool = true, hasMenu: Bool = true,
        engine: RegistrationState? = nil, slots: SlotsReport? = nil, guests: RunningGuests? = nil,
        hostKeys: [HostKey] = [], load: MachineLoad = MachineLoad(), offer: UpgradeNotes.Offer? = nil
    ) {
        self.offer = offer
        self.slots = slots
        self.guests = guests
        self.hostKeys = hostKeys
        self.load = load
        self.release = release
        self.boot = boot
        self.wantsInstallation = wantsInstallation
        self.hostname = hostname
        self.machineID = machineID
        self.uptime = uptime
        self.interfaces = interfaces
        self.kvm = kvm
        self.services = services
        self.problems = problems
        self.configuration = configuration
        self.acceptsLogin = acceptsLogin
        self.hasMenu = hasMenu
        self.engine = engine
    }

    /// Reads everything below `root`, which is `/` on a node and a fixture in tests. What cannot be read is missing from
    /// the result; nothing here fails.
    ///
    /// - Parameters:
    ///   - addresses: the addresses by name of interface
    ///   - services: the states of the services, from `ServiceReader`
    ///   - guests: what libvirt says
    public static func read(
        root: String, addresses: [String: [NetworkInterface.Address]], services: Services, guests: RunningGuests? = nil
    ) -> NodeStatus {
        let commandLine = KernelCommandLine((try? File.read(Path.join(root, "proc/cmdline"), limit: 1 << 16)) ?? [])
        let release = ["etc/os-release", "usr/lib/os-release"].lazy.compactMap {
            try? File.read(Path.join(root, $0), limit: OSRelease.limit)
        }.first
        return NodeStatus(
            release: OSRelease(release ?? []), boot: Boot(commandLine),
            wantsInstallation: commandLine.contains("nodewright.install"),
            hostname: SystemFile.line(Path.join(root, "proc/sys/kernel/hostname")),
            machineID: (try? File.read(Path.join(root, "etc/machine-id"), limit: 4096)).flatMap {
                MachineID(file: $0)?.text
            },
            uptime: SystemFile.line(Path.join(root, "proc/uptime")).flatMap {
                Int($0.prefix { $0 != "." && $0 != " " })
            },
            interfaces: NetworkInterface.all(root: root, addresses: addresses),
            kvm: KVM(device: Path.join(root, "dev/kvm")), services: services,
            problems: Problems.find(root: root, commandLine: commandLine),
            configuration: ConfigurationState.read(root: root),
            acceptsLogin: !ConsoleAccess.isLocked(root: root), hasMenu: ConsoleAccess.hasMenu(root: root),
            engine: RegistrationStore(root: root).state,
            slots: SlotsReport.read(root: root, commandLine: commandLine), guests: guests,
            hostKeys: HostKey.all(root: root), load: MachineLoad.read(root: root),
            offer: UpgradeNotes(root: root).offered)
    }

    /// Whether the console offers the wizard to whoever presses Enter: nobody has said anything about this node yet, so there is
    /// no password that would protect anything.
    public var offersSetup: Bool { acceptsLogin && configuration?.phase == .unconfigured }
}

extension NodeStatus {
    /// Whether it was started from a slot of a disk.
    var isOnSlot: Bool { if case .slot = boot { true } else { false } }
}

extension NodeStatus.Boot {
    /// What the kernel command line says: `nodewright.live=…`, `nodewright.root=…` or `nodewright.slot=a`.
    public init(_ commandLine: KernelCommandLine) {
        if commandLine.contains("nodewright.live") || commandLine.contains("nodewright.root") {
            self = .live
        } else if let slot = commandLine["nodewright.slot"]?.lowercased(), ["a", "b"].contains(slot) {
            self = .slot(slot)
        } else {
            self = .unknown
        }
    }
}

extension NodeStatus.KVM {
    /// Tries to open the device. That says nothing about whether guests then run.
    init(device: String) {
        let descriptor = Glibc.open(device, O_RDWR | O_CLOEXEC)
        if descriptor >= 0 {
            close(descriptor)
            self = .available
        } else {
            self = errno == EACCES || errno == EPERM ? .denied : .none
        }
    }
}
