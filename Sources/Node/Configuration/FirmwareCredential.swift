import Host
import NodeConfig

/// systemd's credentials in the machine's SMBIOS table (type 11), read from the table itself.
///
/// In the initramfs systemd has not taken them over yet: that needs a kernel module (dmi_sysfs) which only the root has. Those of
/// QEMU's firmware configuration it has.
enum FirmwareCredential {
    private static let table = "sys/firmware/dmi/tables/DMI"

    /// The content of a credential; nil when the table, which is not trusted to be well-formed, has none of that name.
    static func read(_ name: String, root: String) -> [UInt8]? {
        guard let bytes = try? File.read(Path.join(root, table), limit: 4 << 20) else { return nil }
        return content(of: name, in: bytes)
    }

    static func content(of name: String, in table: [UInt8]) -> [UInt8]? {
        let plain = Array("io.systemd.credential:\(name)=".utf8)
        let binary = Array("io.systemd.credential.binary:\(name)=".utf8)
        for string in strings(in: table) {
            if string.starts(with: plain) { return Array(string.dropFirst(plain.count)) }
            guard string.starts(with: binary) else { continue }
            return Base64.bytes(String(decoding: string.dropFirst(binary.count), as: UTF8.self))
        }
        return nil
    }

    /// The strings of all structures of type 11 (SMBIOS 3.7, section 6.1: a formatted area, then strings, then an empty one).
    private static func strings(in table: [UInt8]) -> [ArraySlice<UInt8>] {
        var strings: [ArraySlice<UInt8>] = []
        var index = 0
        while index + 4 <= table.count, table[index + 1] >= 4 {
            let type = table[index]
            index += Int(table[index + 1])
            // Without strings there are two NULs, too.
            if index + 1 < table.count, table[index] == 0 {
                index += 2
                continue
            }
            while index < table.count, table[index] != 0 {
                guard let end = table[index...].firstIndex(of: 0) else { return strings }
                if type == 11 { strings.append(table[index..<end]) }
                index = end + 1
            }
            index += 1
        }
        return strings
    }
}
