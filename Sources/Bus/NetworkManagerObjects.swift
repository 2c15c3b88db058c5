extension NetworkManager {
    /// A network device.
    public struct Device: Hashable, Sendable {
        /// Its object.
        public let path: String
        /// The kernel's name: `eno1`.
        public let name: String
        /// Whether it is a card, in contrast to bonds, VLANs, bridges and the loopback.
        public let isCard: Bool
        /// The address that the card was made with, in lower case; for one that does not know it, the one it has now.
        public var permanentAddress: String?
        /// Whether that address is the card's own.
        public let knowsPermanentAddress: Bool
        /// The bus path that udev gives it (`ID_PATH`), such as `pci-0000:03:00.0`.
        public let busPath: String?
        /// Whether something is at the other end of the cable; nil when the device does not tell.
        public let carrier: Bool?
        /// Whether NetworkManager looks after it.
        public let isManaged: Bool
        /// `NMDeviceState`: 30 is disconnected, 100 is up, 120 has failed.
        public let state: Int
        /// The activation on it.
        public let activation: String?
        /// IPv4 on it, as NetworkManager has set it up.
        public let ipv4: IPConfiguration
        /// IPv6 on it, as NetworkManager has set it up.
        public let ipv6: IPConfiguration
    }

    /// What a device has of one family.
    public struct IPConfiguration: Hashable, Sendable {
        /// `192.0.2.10/24`, in the order of NetworkManager.
        public var addresses: [String] = []
        /// The router of its default route.
        public var gateway: String?
        /// Its name servers.
        public var nameServers: [String] = []
    }

    /// A profile.
    public struct Profile: Hashable, Sendable {
        /// Its object.
        public let path: String
        /// The file it was read from.
        public let file: String
        /// Whether NetworkManager has made it up for a card without a profile.
        public let isMadeUp: Bool
    }

    /// A profile in use.
    public struct Activation: Hashable, Sendable {
        /// How far it is (`NMActiveConnectionState`).
        public enum State: Int, Sendable {
            case unknown, activating, activated, deactivating, deactivated
        }

        /// Its object.
        public let path: String
        /// The object of the profile.
        public let profile: String
        /// The profile's UUID.
        public let uuid: String
        /// Its name for people.
        public let id: String
        /// How far it is.
        public let state: State
        /// The devices it is on.
        public let devices: [String]
    }
}

extension NetworkManager.Snapshot {
    /// Reads the reply of GetManagedObjects: objects by path, their interfaces by name, properties by name.
    init(_ reply: BusValue) {
        let prefix = NetworkManager.name
        let objects = reply.entries
        devices = objects.compactMap { path, interfaces in
            interfaces["\(prefix).Device"].flatMap { NetworkManager.Device(path, $0, interfaces, objects) }
        }.sorted { $0.name < $1.name }
        profiles = objects.compactMap { path, interfaces in
            guard let properties = interfaces["\(prefix).Settings.Connection"] else { return nil }
            // NMSettingsConnectionFlags: 2 is made up, 8 is a copy of what others have set up on a device.
            let flags = properties["Flags"]?.number ?? 0
            return NetworkManager.Profile(
                path: path, file: properties["Filename"]?.text ?? "", isMadeUp: flags & 2 != 0 && flags & 8 == 0)
        }.sorted { $0.file < $1.file }
        activations = objects.compactMap { path, interfaces in
            guard let properties = interfaces["\(prefix).Connection.Active"] else { return nil }
            return NetworkManager.Activation(
                path: path, profile: properties["Connection"]?.text ?? "", uuid: properties["Uuid"]?.text ?? "",
                id: properties["Id"]?.text ?? "",
                state: .init(rawValue: properties["State"]?.number ?? 0) ?? .unknown,
                devices: properties["Devices"]?.texts ?? [])
        }
        let manager = objects["/org/freedesktop/NetworkManager"]?[prefix]
        checkpoints = manager?["Checkpoints"]?.texts ?? []
        isStarting = manager?["Startup"]?.boolean ?? false
    }
}

extension NetworkManager.Device {
    /// NMDeviceType: 1 is Ethernet, 20 the end of a virtual cable, 9 InfiniBand.
    private static let cards = [1, 9, 20]

    fileprivate init?(_ path: String, _ device: BusValue, _ interfaces: BusValue, _ objects: [String: BusValue]) {
        guard device["Real"]?.boolean == true, let name = device["Interface"]?.text else { return nil }
        func text(_ value: BusValue?) -> String? { value?.text.flatMap { $0.isEmpty || $0 == "/" ? nil : $0 } }
        func configuration(_ property: String, _ interface: String) -> NetworkManager.IPConfiguration {
            let object = device[property]?.text.flatMap { objects[$0] }
            let properties = object?["\(NetworkManager.name).\(interface)"]
            var result = NetworkManager.IPConfiguration()
            for entry in properties?["AddressData"]?.list ?? [] {
                guard let address = entry["address"]?.text, let prefix = entry["prefix"]?.number else { continue }
                result.addresses.append("\(address)/\(prefix)")
            }
            result.gateway = text(properties?["Gateway"])
            result.nameServers = (properties?["NameserverData"]?.list ?? []).compactMap { $0["address"]?.text }
            return result
        }
        let wired = interfaces["\(NetworkManager.name).Device.Wired"]
        self.path = path
        self.name = name
        isCard = Self.cards.contains(device["DeviceType"]?.number ?? 0)
        permanentAddress = (text(wired?["PermHwAddress"]) ?? text(device["HwAddress"]))?.lowercased()
        knowsPermanentAddress = text(wired?["PermHwAddress"]) != nil
        busPath = text(device["Path"])
        carrier = interfaces.entries.values.lazy.compactMap { $0["Carrier"]?.boolean }.first
        isManaged = device["Managed"]?.boolean ?? false
        state = device["State"]?.number ?? 0
        activation = text(device["ActiveConnection"])
        ipv4 = configuration("Ip4Config", "IP4Config")
        ipv6 = configuration("Ip6Config", "IP6Config")
    }
}
