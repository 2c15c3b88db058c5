import Host
import Node

/// A tree of files that looks like a node, for as long as the body runs.
struct FixtureNode {
    let root: String

    static func with<Value>(_ files: [String: String], _ body: (FixtureNode) throws -> Value) throws -> Value {
        try Folder.withTemporary(prefix: "nodectl-test") { root in
            for (path, content) in files {
                let file = Path.join(root, path)
                try Folder.create(Path.parent(file))
                try File.write(file, content)
            }
            return try body(FixtureNode(root: root))
        }
    }

    /// What a live node of the product looks like.
    static let live: [String: String] = [
        "proc/cmdline": "BOOT_IMAGE=/vmlinuz nodewright.live=NODEWRIGHT quiet console=ttyS0,115200\n",
        "proc/sys/kernel/hostname": "node1.example.org\n", "proc/uptime": "93784.21 1000.00\n",
        "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        "usr/lib/os-release": """
        NAME="Nodewright Hypervisor"
        VERSION_ID=1.0
        IMAGE_ID=hypervisor
        IMAGE_VERSION=20261121
        """,
        "sys/class/net/lo/operstate": "unknown\n", "sys/class/net/bonding_masters": "\n",
        "sys/class/net/enp1s0/operstate": "up\n", "sys/class/net/enp1s0/address": "52:54:00:12:34:56\n",
        "sys/class/net/enp1s0/device/vendor": "0x1af4\n", "sys/class/net/enp2s0/operstate": "down\n",
        "sys/class/net/enp2s0/device/vendor": "0x1af4\n", "sys/class/net/vnet0/operstate": "unknown\n",
        "dev/kvm": "",
    ]

    static let addresses: [String: [NetworkInterface.Address]] = [
        "enp1s0": [
            .init(.ipv4, "192.0.2.7", prefix: 24), .init(.ipv6, "2001:db8::7", prefix: 64),
            .init(.ipv6, "fe80::5054:ff:fe12:3456", prefix: 64),
        ]
    ]

    static let services = Services(
        services: [
            .init(name: "libvirtd", state: "active", detail: "running"),
            .init(name: "NetworkManager", state: "active", detail: "running"),
            .init(name: "sshd", state: "failed", detail: "failed"), .init(name: "chronyd", state: "not installed"),
        ], failed: ["sshd.service"])

    func status(
        addresses: [String: [NetworkInterface.Address]] = FixtureNode.addresses,
        services: Services = FixtureNode.services
    ) -> NodeStatus {
        .read(root: root, addresses: addresses, services: services)
    }
}
