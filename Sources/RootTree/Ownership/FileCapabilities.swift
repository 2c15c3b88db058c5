import Host

/// The capabilities that a program gets from its file (capabilities(7)), read from the text form of cap_from_text(3).
public struct FileCapabilities: Sendable, Equatable {
    /// Bits by capability number.
    public private(set) var permitted: UInt64 = 0
    /// Bits by capability number.
    public private(set) var inheritable: UInt64 = 0
    /// Bits by capability number; the file can only store "all or none" of those above.
    public private(set) var effective: UInt64 = 0

    /// Number by position, from `linux/capability.h`.
    private static let names = [
        "cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid",
        "cap_setuid", "cap_setpcap", "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast",
        "cap_net_admin",
        "cap_net_raw", "cap_ipc_lock", "cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot",
        "cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice", "cap_sys_resource",
        "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write", "cap_audit_control",
        "cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm", "cap_block_suspend",
        "cap_audit_read", "cap_perfmon", "cap_bpf", "cap_checkpoint_restore",
    ]

    /// Reads clauses such as `cap_net_admin,cap_net_raw=ep` or `= cap_setuid+ep`; nil when the text means none.
    ///
    /// - Throws: when a word is not understood, because a capability silently lost breaks a program later
    public init?(_ text: String) throws {
        for clause in text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }) {
            try apply(clause, of: text)
        }
        if permitted == 0, inheritable == 0 { return nil }
    }

    private mutating func apply(_ clause: Substring, of text: String) throws {
        let split = clause.firstIndex { "=+-".contains($0) } ?? clause.endIndex
        var mask: UInt64 = 0
        let list = clause[..<split].lowercased()
        if list.isEmpty || list == "all" {
            mask = (1 << UInt64(Self.names.count)) - 1
        } else {
            for name in list.split(separator: ",") {
                guard let number = Self.names.firstIndex(of: String(name)) else { throw unknown(String(name), text) }
                mask |= 1 << UInt64(number)
            }
        }
        var rest = clause[split...]
        if rest.isEmpty { throw unknown(String(clause), text) }
        while let operation = rest.popFirst() {
            let flags = rest.prefix { !"=+-".contains($0) }
            rest = rest.dropFirst(flags.count)
            if operation == "=" {
                permitted &= ~mask
                inheritable &= ~mask
                effective &= ~mask
            }
            for flag in flags {
                switch flag {
                case "p": set(&permitted, mask, operation)
                case "i": set(&inheritable, mask, operation)
                case "e": set(&effective, mask, operation)
                default: throw unknown(String(flag), text)
                }
            }
        }
    }

    private func set(_ bits: inout UInt64, _ mask: UInt64, _ operation: Character) {
        if operation == "-" { bits &= ~mask } else { bits |= mask }
    }

    private func unknown(_ word: String, _ text: String) -> Failure {
        Failure(.invalidInput, "unknown word \"\(word)\" in the capabilities \"\(text)\"")
    }

    /// The value of the attribute `security.capability`, version 2 (`struct vfs_cap_data`).
    public var attribute: [UInt8] {
        let version2: UInt32 = 0x0200_0000
        let low = UInt64(UInt32.max)
        let words: [UInt32] = [
            version2 | (effective == 0 ? 0 : 1), UInt32(permitted & low), UInt32(inheritable & low),
            UInt32(permitted >> 32), UInt32(inheritable >> 32),
        ]
        return words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    }

    /// One canonical text, the names in the order of their numbers: `cap_net_admin,cap_net_raw=ep`.
    public var text: String {
        let all = permitted | inheritable
        let names = Self.names.indices.filter { all >> UInt64($0) & 1 == 1 }.map { Self.names[$0] }
        let flags = (effective == 0 ? "" : "e") + (inheritable == 0 ? "" : "i") + (permitted == 0 ? "" : "p")
        return names.joined(separator: ",") + "=" + flags
    }
}
