import Document
import Host

/// What the loader, the package manager and `modinfo` read out of a 64-bit little-endian ELF file.
///
/// The input may be hostile: every offset is checked, and every list has a limit.
public struct ELFImage: Sendable {
    /// The kind of file, `e_type`.
    public enum Kind: Sendable {
        /// A kernel module or object file.
        case relocatable
        case executable
        /// A shared library or a position-independent program.
        case shared
        case other
    }

    /// A library that the program loads with `dlopen`, announced as systemd's specification says (`.note.dlopen`).
    public struct Dlopen: Sendable, Equatable {
        /// How much the program needs it.
        public enum Priority: String, Sendable {
            case required, recommended, suggested
        }

        /// A short name, such as `cryptsetup`.
        public let feature: String
        /// Alternatives, the best first.
        public let sonames: [String]
        /// `recommended` when the note does not say.
        public let priority: Priority
    }

    /// The kind of file.
    public let kind: Kind
    /// `e_machine`: 62 is x86-64, 183 is AArch64.
    public let machine: Int
    /// The loader (`PT_INTERP`) of a dynamic program.
    public private(set) var interpreter: String?
    /// `DT_SONAME`.
    public private(set) var soname: String?
    /// `DT_NEEDED`, in order.
    public private(set) var needed: [String] = []
    /// `DT_RUNPATH`, or `DT_RPATH` when there is none; may contain `$ORIGIN`.
    public private(set) var searchPath: [String] = []
    /// The libraries of `.note.dlopen`.
    public private(set) var dlopen: [Dlopen] = []
    /// `.modinfo` of a kernel module: `firmware=…`, `depends=…`, in order.
    public private(set) var moduleInformation: [(key: String, value: String)] = []

    private static let segmentLimit = 4096
    private static let sectionLimit = 65535
    private static let dynamicLimit = 16384
    private static let noteDlopen = 0x407C_0C0A

    /// Whether the bytes begin like an ELF file.
    public static func isELF(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) }

    /// Reads an ELF file.
    ///
    /// - Parameter name: how to name the file in errors
    /// - Throws: when it is no 64-bit little-endian ELF file, or is damaged
    public init(_ bytes: [UInt8], name: String) throws {
        let file = ByteReader(bytes: bytes, name: name)
        guard Self.isELF(bytes), bytes.count >= 64 else { throw Failure(.invalidInput, "\"\(name)\" is no ELF file") }
        guard bytes[4] == 2, bytes[5] == 1 else {
            throw Failure(.invalidInput, "\"\(name)\" is no 64-bit little-endian ELF file")
        }
        kind =
            switch try file.half(16) {
            case 1: .relocatable
            case 2: .executable
            case 3: .shared
            default: .other
            }
        machine = try file.half(18)
        try readSegments(file)
        try readSections(file)
    }

    private mutating func readSegments(_ file: ByteReader) throws {
        let table = try file.long(32)
        let count = try file.half(56)
        guard count > 0 else { return }
        guard try file.half(54) == 56, count <= Self.segmentLimit else { throw damaged(file, "its program headers") }
        var loads: [(address: Int, offset: Int, size: Int)] = []
        var dynamic: (offset: Int, size: Int)?
        for index in 0..<count {
            let header = table + index * 56
            let type = try file.word(header)
            guard type == 1 || type == 2 || type == 3 else { continue }
            let offset = try file.long(header + 8)
            let size = try file.long(header + 32)
            switch type {
            case 1: loads.append((try file.long(header + 16), offset, size))
            case 2: dynamic = (offset, size)
            default: interpreter = try file.text(offset)
            }
        }
        if let dynamic { try readDynamic(file, dynamic.offset, dynamic.size, loads) }
    }

    private mutating func readDynamic(
        _ file: ByteReader, _ offset: Int, _ size: Int, _ loads: [(address: Int, offset: Int, size: Int)]
    ) throws {
        var entries: [(tag: UInt64, value: UInt64)] = []
        for index in 0..<min(size / 16, Self.dynamicLimit) {
            let tag = try file.unsigned(offset + index * 16, width: 8)
            if tag == 0 { break }
            entries.append((tag, try file.unsigned(offset + index * 16 + 8, width: 8)))
        }
        guard let address = entries.first(where: { $0.tag == 5 }).flatMap({ Int(exactly: $0.value) }) else { return }
        guard let load = loads.first(where: { address >= $0.address && address - $0.address < $0.size }) else {
            throw damaged(file, "its string table")
        }
        let strings = address - load.address + load.offset
        func text(_ value: UInt64) throws -> String {
            guard let value = Int(exactly: value), value < file.bytes.count else {
                throw damaged(file, "its string table")
            }
            return try file.text(strings + value)
        }
        var runpath: String?
        var rpath: String?
        for entry in entries {
            switch entry.tag {
            case 1: needed.append(try text(entry.value))
            case 14: soname = try text(entry.value)
            case 15: rpath = try text(entry.value)
            case 29: runpath = try text(entry.value)
            default: break
            }
        }
        searchPath = (runpath ?? rpath ?? "").split(separator: ":").map(String.init)
    }

    private mutating func readSections(_ file: ByteReader) throws {
        let table = try file.long(40)
        let count = try file.half(60)
        guard table > 0, count > 0 else { return }
        guard try file.half(58) == 64, count <= Self.sectionLimit else { throw damaged(file, "its section headers") }
        let names = table + (try file.half(62)) * 64
        let strings = try file.long(names + 24)
        for index in 0..<count {
            let header = table + index * 64
            let type = try file.word(header + 4)
            // SHT_PROGBITS holds .modinfo, SHT_NOTE the notes; the others are not looked at, whatever they claim.
            guard type == 1 || type == 7 else { continue }
            switch try file.text(strings + (try file.word(header))) {
            case ".note.dlopen":
                try readNotes(file, try file.slice(try file.long(header + 24), try file.long(header + 32)))
            case ".modinfo":
                readModuleInformation(try file.slice(try file.long(header + 24), try file.long(header + 32)))
            default: break
            }
        }
    }

    private mutating func readNotes(_ file: ByteReader, _ section: ArraySlice<UInt8>) throws {
        var position = section.startIndex
        while position + 12 <= section.endIndex {
            let nameSize = try file.word(position)
            let size = try file.word(position + 4)
            let type = try file.word(position + 8)
            let content = position + 12 + (nameSize + 3) / 4 * 4
            let next = content + (size + 3) / 4 * 4
            // Within the section by these two checks; sizes are 32 bits, so nothing overflows.
            guard content + size <= section.endIndex else { throw damaged(file, "its notes") }
            if type == Self.noteDlopen { dlopen += try Self.dlopen(file.slice(content, size), name: file.name) }
            position = next
        }
    }

    private static func dlopen(_ note: ArraySlice<UInt8>, name: String) throws -> [Dlopen] {
        let document = try JSON.parse(Array(note.prefix { $0 != 0 }), file: "\(name) (.note.dlopen)")
        return (document.sequence ?? []).compactMap { entry in
            let sonames = (entry["soname"]?.sequence ?? []).compactMap(\.string)
            guard !sonames.isEmpty else { return nil }
            let priority = entry["priority"]?.string.flatMap(Dlopen.Priority.init) ?? .recommended
            return Dlopen(feature: entry["feature"]?.string ?? "", sonames: sonames, priority: priority)
        }
    }

    private mutating func readModuleInformation(_ section: ArraySlice<UInt8>) {
        for entry in section.split(separator: 0) {
            guard let equals = entry.firstIndex(of: 0x3D) else { continue }
            let key = String(decoding: entry[..<equals], as: UTF8.self)
            moduleInformation.append((key, String(decoding: entry[(equals + 1)...], as: UTF8.self)))
        }
    }

    private func damaged(_ file: ByteReader, _ part: String) -> Failure {
        Failure(.invalidInput, "\"\(file.name)\" is damaged: \(part) cannot be read")
    }
}
