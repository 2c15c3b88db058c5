public import NodeConfig

/// A part of the node configuration that has an effect of its own; everything but the network is made of such parts.
public protocol NodeSettings {
    /// Writes it into a root before process 1 of it runs; a second run writes nothing.
    ///
    /// - Parameters:
    ///   - root: where the root is mounted, its `/etc` as the image has it
    ///   - warn: hears what the image cannot do, and is left out
    /// - Throws: when the root cannot be written
    func render(root: String, warn: (String) -> Void) throws

    /// What is not as the configuration says on the running node.
    ///
    /// - Parameter warn: hears what the image cannot do, and is left out
    /// - Throws: when a service that is needed does not answer
    func differences(warn: (String) -> Void) throws -> [SettingDifference]

    /// Brings it into force on the running node, and tells the services that it is about.
    ///
    /// - Throws: when something cannot be done; the rest is
    func apply(warn: (String) -> Void) throws
}

/// A setting of the running node that is not as the configuration says.
public struct SettingDifference: Hashable, Sendable {
    /// `host name`
    public let name: String
    /// What it is now; nil when it is not worth a line, or secret.
    public let old: String?
    /// What it is to be.
    public let new: String

    /// A difference.
    init(_ name: String, from old: String? = nil, to new: String) {
        self.name = name
        self.old = old
        self.new = new
    }

    /// Whether it is about who can log in.
    public var isAboutAccess: Bool { ["SSH", "console", "administrator's password"].contains(name) }

    /// One line for people.
    public var line: String {
        guard let old else { return "\(name): \(new)" }
        return "\(name): \(old.isEmpty ? "(none)" : old) -> \(new)"
    }
}

extension NodeConfiguration {
    /// What the configuration is made of besides the network, in the order in which it is brought into force.
    ///
    /// Kept paths come first: what is rendered goes into the folders that they bring along.
    public var settings: [any NodeSettings] {
        [
            PersistentPaths(self), MachineSettings(self), AdministratorPassword(self), RemoteLogin(self),
            ConsoleAccess(self), TimeServers(self), LogForwarding(self), KernelMessages(self), CrashDumps(self),
            UpgradeWindow(self),
            SNMPAgent(self), MeasurementCollection(self), ISCSIName(self), NFSDomain(self),
        ]
    }

    /// What of it the image cannot do.
    ///
    /// - Parameter root: `/`, or a fixture
    public func warnings(root: String = "/") -> [String] {
        var warnings: [String] = []
        for case let settings as any FileSettings in settings {
            _ = settings.files(ImageFiles(root: root)) { warnings.append($0) }
        }
        return warnings
    }
}
