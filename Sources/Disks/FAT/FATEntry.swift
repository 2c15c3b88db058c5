/// The 32 bytes that a folder of a FAT file system has of a file.
enum FATEntry {
    static let size = 32
    static let folder: UInt8 = 0x10
    static let file: UInt8 = 0x20

    /// - Parameters:
    ///   - name: the 11 bytes of the short name
    ///   - time: date and time, from `FATWriter.fatTime`
    static func bytes(_ name: [UInt8], _ attributes: UInt8, cluster: Int, size: Int, time: (date: Int, time: Int))
        -> [UInt8]
    {
        var bytes = name + [UInt8](repeating: 0, count: Self.size - name.count)
        func set(_ offset: Int, _ value: Int, _ width: Int) {
            for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        }
        bytes[11] = attributes
        set(14, time.time, 2)
        set(16, time.date, 2)
        set(18, time.date, 2)
        set(20, cluster >> 16, 2)
        set(22, time.time, 2)
        set(24, time.date, 2)
        set(26, cluster, 2)
        set(28, size, 4)
        return bytes
    }
}
