import Host

/// The boot catalog of an optical medium (El Torito 1.0; UEFI 2.10, 13.3.2.1): where its EFI system partition lies.
public enum ElTorito {
    private static let sector = 2048

    /// The first byte of the image that UEFI firmware starts from; nil when there is none.
    public static func systemPartition(_ path: String) throws -> Int? {
        let record = try File.read(path, at: 17 * sector, count: sector)
        guard record.count == sector, Array(record[1..<6]) == Array("CD001".utf8), record[0] == 0,
            Array(record[7..<30]) == Array("EL TORITO SPECIFICATION".utf8),
            let start = record.little(UInt32.self, at: 71)
        else { return nil }
        let catalog = try File.read(path, at: Int(start) * sector, count: sector)
        var isUEFI = catalog.count > 1 && catalog[1] == 0xEF
        for place in stride(from: 32, to: catalog.count - 31, by: 32) {
            switch catalog[place] {
            case 0x90, 0x91: isUEFI = catalog[place + 1] == 0xEF
            case 0x88 where isUEFI: return catalog.little(UInt32.self, at: place + 8).map { Int($0) * sector }
            case 0x88, 0x44: continue
            default: return nil
            }
        }
        return nil
    }
}
