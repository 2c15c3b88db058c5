/// The boot configurations of a PXE folder: what iPXE and PXELINUX start.
enum NetworkMenu {
    /// The entries of an iPXE script: each `kernel` with the `initrd` lines behind it.
    static func ipxe(_ text: String) -> [BootEntry] {
        var entries: [BootEntry] = []
        var label = "begin"
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            if let first = words.first, first.hasPrefix(":") { label = String(first.dropFirst()) }
            switch words.first {
            case "kernel", "chain",
                "boot" where words.count > 1:
                var rest = words.dropFirst()
                while let option = rest.first, option.hasPrefix("-") {
                    rest = rest.dropFirst(["-n", "--name", "-t", "--timeout"].contains(option) ? 2 : 1)
                }
                entries.append(
                    BootEntry(titles: ["iPXE", label], kernel: rest.first, arguments: Array(rest.dropFirst())))
            case "initrd" where words.count > 1 && !entries.isEmpty:
                entries[entries.count - 1].initramfs.append(words[words.count - 1])
            default: break
            }
        }
        return entries
    }

    /// The entries of a PXELINUX configuration; keywords are written in any case.
    static func pxelinux(_ text: String) -> [BootEntry] {
        var entries: [BootEntry] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard words.count > 1 else { continue }
            if words[0].uppercased() == "LABEL" {
                entries.append(BootEntry(titles: ["PXELINUX", words[1]], id: words[1]))
                continue
            }
            guard !entries.isEmpty else { continue }
            let last = entries.count - 1
            switch words[0].uppercased() {
            case "KERNEL", "LINUX": entries[last].kernel = words[1]
            case "INITRD": entries[last].initramfs = words[1].split(separator: ",").map(String.init)
            case "APPEND": entries[last].arguments = Array(words.dropFirst())
            default: break
            }
        }
        return entries
    }
}
