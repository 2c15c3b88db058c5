import Host

/// A Linux kernel as a boot loader starts it.
struct KernelImage: Sendable, Equatable {
    /// The version that it was built as (`6.12.107+deb13-amd64`).
    let version: String

    /// Reads the header of an x86 kernel (Documentation/arch/x86/boot.rst): at 0x202 `HdrS`, at 0x20E the place of the version's text,
    /// counted from 0x200.
    ///
    /// - Throws: `.invalidInput` when it is no kernel
    init(_ region: Region) throws {
        let header = try region.read(0x8200)
        guard header.count > 0x210, header[0x202..<0x206].elementsEqual("HdrS".utf8),
            let place = header.number(at: 0x20E, bytes: 2), place + 0x200 < header.count
        else { throw Failure(.invalidInput, "\"\(region.name)\" is not a Linux kernel", hint: RootFileSystem.damaged) }
        let text = header[(place + 0x200)...].prefix { $0 > 0x20 && $0 < 0x7F }
        guard !text.isEmpty else { throw Failure(.invalidInput, "\"\(region.name)\" names no version") }
        version = String(decoding: text, as: UTF8.self)
    }
}
