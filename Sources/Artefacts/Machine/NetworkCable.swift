import Host

/// A further network card of a machine, and what its cable is plugged into.
public struct NetworkCable: Hashable, Sendable {
    /// The other end of the cable.
    public enum End: Hashable, Sendable {
        /// A network inside of QEMU with DHCP, a name server and a way to the outside.
        case user
        /// Whatever listens on this UNIX stream socket: another machine, passt, a switch in software. Each frame follows its
        /// length, four bytes of which the first counts most.
        case socket(String)
        /// Whoever connects to this UNIX stream socket, which the machine makes.
        case listening(String)
    }

    /// The other end.
    public let end: End
    /// The card's permanent address in lower case; nil for the one that QEMU gives by counting.
    public let address: String?

    /// Reads `user`, `socket:PATH` or `listen:PATH`, each with `,mac=ADDRESS` behind it or not.
    ///
    /// - Throws: when it is none of these
    public init(_ text: String) throws {
        var rest = Substring(text)
        var address: String?
        if let comma = rest.lastIndex(of: ","), rest[comma...].hasPrefix(",mac=") {
            let value = rest[comma...].dropFirst(5).lowercased()
            // The second digit is odd for groups of cards.
            guard value.wholeMatch(of: /[0-9a-f][02468ace](:[0-9a-f]{2}){5}/) != nil else {
                throw Failure(
                    .invalidInput, "\"\(value)\" is not the address of a network card",
                    hint: "write it like 52:54:00:aa:bb:cc; the second digit is even")
            }
            address = value
            rest = rest[..<comma]
        }
        self.address = address
        if rest == "user" {
            end = .user
        } else if rest.hasPrefix("socket:"), rest.count > 7 {
            end = .socket(String(rest.dropFirst(7)))
        } else if rest.hasPrefix("listen:"), rest.count > 7 {
            end = .listening(String(rest.dropFirst(7)))
        } else {
            throw Failure(
                .invalidInput, "\"\(text)\" is not a network",
                hint: "write user, socket:PATH or listen:PATH, and \",mac=ADDRESS\" behind it for a certain address")
        }
    }

    /// QEMU's arguments for the card and its cable.
    ///
    /// - Parameter name: another one for each cable of the machine
    func arguments(_ name: String) -> [String] {
        let backend =
            switch end {
            case .user: "user,id=\(name)"
            case .socket(let path): Self.stream(name, path, isServer: false)
            case .listening(let path): Self.stream(name, path, isServer: true)
            }
        let mac = address.map { ",mac=\($0)" } ?? ""
        // Without its option ROM: the machine starts from its medium.
        return ["-netdev", backend, "-device", "virtio-net-pci,netdev=\(name),romfile=\(mac)"]
    }

    private static func stream(_ name: String, _ path: String, isServer: Bool) -> String {
        "stream,id=\(name),server=\(isServer ? "on" : "off"),addr.type=unix,addr.path=\(Machine.escape(path))"
    }
}
