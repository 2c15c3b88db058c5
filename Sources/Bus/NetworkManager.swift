import Host

/// NetworkManager, asked over the bus (org.freedesktop.NetworkManager).
public struct NetworkManager {
    /// Everything that NetworkManager knows, at one moment.
    public struct Snapshot: Sendable {
        /// Its devices, without those that do not exist yet.
        public let devices: [Device]
        /// Its profiles, also those that it has made up itself.
        public let profiles: [Profile]
        /// The profiles that are in use, or coming up, or going down.
        public let activations: [Activation]
        /// The checkpoints that will be gone back to when their time is over.
        public let checkpoints: [String]
        /// Whether it still tries, after its own start, to bring devices up.
        public let isStarting: Bool
    }

    static let name = "org.freedesktop.NetworkManager"
    private static let manager = target("", name)

    private let bus: BusConnection

    /// NetworkManager at the other end of a connection.
    public init(_ bus: BusConnection) { self.bus = bus }

    private static func target(_ path: String, _ interface: String) -> BusTarget {
        BusTarget(
            destination: name, path: path.isEmpty ? "/org/freedesktop/NetworkManager" : path, interface: interface)
    }

    /// Its number on the bus, another one after each start; nil when it does not run.
    public var owner: String? { bus.owner(of: Self.name) }

    /// Asks for everything at once.
    public func snapshot() throws -> Snapshot {
        let objects = BusTarget(
            destination: Self.name, path: "/org/freedesktop", interface: "org.freedesktop.DBus.ObjectManager")
        let reply = try bus.call("GetManagedObjects", of: objects)
        return Snapshot(try reply.value() ?? .dictionary([:]))
    }

    /// Makes a checkpoint of all devices.
    ///
    /// Going back to it also removes profiles that came later and takes down devices that came later.
    /// - Parameter timeout: seconds after which NetworkManager goes back by itself; 0 is never
    /// - Returns: its path
    public func createCheckpoint(timeout: Int) throws -> String {
        // DELETE_NEW_CONNECTIONS and DISCONNECT_NEW_DEVICES of NMCheckpointCreateFlags
        let flags: UInt32 = 2 | 4
        let reply = try bus.call(
            "CheckpointCreate", of: Self.manager, [.paths([]), .number(UInt32(timeout)), .number(flags)])
        return try reply.text("o")
    }

    /// Forgets a checkpoint: what came after it stays.
    public func destroyCheckpoint(_ path: String) throws {
        _ = try bus.call("CheckpointDestroy", of: Self.manager, [.path(path)])
    }

    /// Goes back to a checkpoint now.
    ///
    /// - Returns: the devices that could not be brought back, by their paths
    public func rollback(to path: String) throws -> [String] {
        let reply = try bus.call("CheckpointRollback", of: Self.manager, [.path(path)])
        let results = try reply.value()?.entries ?? [:]
        return results.filter { $0.value.number != 0 }.keys.sorted()
    }

    /// Lets a checkpoint be gone back to that many seconds from now.
    public func adjustCheckpoint(_ path: String, timeout: Int) throws {
        _ = try bus.call("CheckpointAdjustRollbackTimeout", of: Self.manager, [.path(path), .number(UInt32(timeout))])
    }

    /// Reads these keyfiles; one that is gone takes its profile with it.
    ///
    /// - Throws: when NetworkManager refuses one
    public func load(_ files: [String]) throws {
        let settings = Self.target("/org/freedesktop/NetworkManager/Settings", Self.name + ".Settings")
        let reply = try bus.call("LoadConnections", of: settings, [.texts(files)])
        _ = try reply.value()
        let refused = try reply.value()?.texts ?? []
        guard refused.isEmpty else {
            throw Failure(
                .internalError, "NetworkManager refuses the profile \(Path.name(refused[0]))",
                hint: "its reason is in \"journalctl -u NetworkManager\"")
        }
    }

    /// Reads the folders of profiles again.
    public func reloadProfiles() throws {
        let settings = Self.target("/org/freedesktop/NetworkManager/Settings", Self.name + ".Settings")
        _ = try bus.call("ReloadConnections", of: settings)
    }

    /// Reads NetworkManager's own configuration again.
    public func reloadConfiguration() throws { _ = try bus.call("Reload", of: Self.manager, [.number(1)]) }

    /// Brings a profile up, on a device or on the one that fits it.
    ///
    /// - Returns: the path of the activation, which goes on afterwards
    @discardableResult
    public func activate(_ profile: String, on device: String? = nil) throws -> String {
        let reply = try bus.call(
            "ActivateConnection", of: Self.manager, [.path(profile), .path(device ?? "/"), .path("/")])
        return try reply.text("o")
    }

    /// Takes a profile down.
    public func deactivate(_ activation: String) throws {
        _ = try bus.call("DeactivateConnection", of: Self.manager, [.path(activation)])
    }

    /// Takes a device down until somebody asks for it again.
    public func disconnect(_ device: String) throws {
        _ = try bus.call("Disconnect", of: Self.target(device, Self.name + ".Device"))
    }

    /// Removes a device that is made of others.
    public func delete(device: String) throws {
        _ = try bus.call("Delete", of: Self.target(device, Self.name + ".Device"))
    }

    /// Removes a profile together with its file.
    public func delete(profile: String) throws {
        _ = try bus.call("Delete", of: Self.target(profile, Self.name + ".Settings.Connection"))
    }
}
