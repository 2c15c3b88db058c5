import Disks
import Host

/// What a disk needs to start beside the root file system, as one file for systems that are started over the network, where no
/// medium has it.
///
/// It is a part of an initramfs (cpio, "newc"; Documentation/driver-api/early-userspace/buffer-format): a boot loader can hand it
/// over as a further initramfs, whose files the kernel unpacks, and whoever fetches it later reads it here.
public enum BootArchive {
    /// The folder of its files.
    public static let folder = "nodewright-boot"
    /// No kernel with initramfs comes near.
    public static let limit = 512 << 20

    private static let headerSize = 110
    private static let magic = Array("070701".utf8)
    private static let end = "TRAILER!!!"
    private static let (kernel, initramfs) = ("vmlinuz", "initramfs.img")
    private static let (bootImage, coreImage) = ("boot.img", "core.img")

    /// The header of a member, with its name.
    ///
    /// - Parameter epoch: seconds since 1970
    public static func header(_ name: String, size: Int, mode: Int, epoch: Int) -> [UInt8] {
        func hexadecimal(_ value: Int) -> String {
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        // ino, mode, uid, gid, nlink, mtime, filesize, two devices, namesize, check
        let fields = [0, mode, 0, 0, 1, epoch, size, 0, 0, 0, 0, name.utf8.count + 1, 0]
        let bytes = magic + Array((fields.map(hexadecimal).joined() + name).utf8) + [0]
        return bytes + padding(bytes.count)
    }

    /// What ends an archive.
    public static func trailer(epoch: Int) -> [UInt8] { header(end, size: 0, mode: 0, epoch: epoch) }

    /// The zeros behind so many bytes.
    public static func padding(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: (4 - count % 4) % 4) }

    /// The archive of these files.
    public static func bytes(_ files: SystemFiles, epoch: Int) throws -> [UInt8] {
        let members =
            files.programs.map { ($0.name, $0.content) } + [
                (bootImage, .bytes(files.bios.bootImage)), (coreImage, .bytes(files.bios.coreImage)),
                (kernel, files.kernel), (initramfs, files.initramfs),
            ]
        var bytes = header(folder, size: 0, mode: 0o040755, epoch: epoch)
        for (name, content) in members {
            let content = try content.read()
            bytes += header(folder + "/" + name, size: content.count, mode: 0o100644, epoch: epoch)
            bytes += content + padding(content.count)
        }
        return bytes + trailer(epoch: epoch)
    }

    /// The files in an archive.
    ///
    /// - Throws: `.invalidInput` when it is none of ours
    public static func files(in bytes: [UInt8]) throws -> SystemFiles {
        var members: [String: FATFile.Content] = [:]
        var place = 0
        func number(_ field: Int) -> Int? {
            Int(String(decoding: bytes[place + 6 + 8 * field..<place + 14 + 8 * field], as: UTF8.self), radix: 16)
        }
        let damaged = Failure(.invalidInput, "the archive of boot files is damaged or something else")
        while true {
            guard bytes.count - place >= headerSize, bytes[place..<place + 6].elementsEqual(magic),
                let size = number(6), let length = number(11), size >= 0, (2...4096).contains(length),
                length <= bytes.count - place - headerSize
            else { throw damaged }
            let name = String(decoding: bytes[place + headerSize..<place + headerSize + length - 1], as: UTF8.self)
            if name == end { break }
            let start = place + headerSize + length + padding(headerSize + length).count
            guard size <= bytes.count - start else { throw damaged }
            if name.hasPrefix(folder + "/") {
                members[String(name.dropFirst(folder.utf8.count + 1))] = .bytes(Array(bytes[start..<start + size]))
            }
            place = start + size + padding(size).count
            guard place <= bytes.count else { throw damaged }
        }
        return try files(members)
    }

    /// The files in a folder into which the kernel's copy of an archive was moved.
    public static func files(inFolder path: String) throws -> SystemFiles {
        let names = try Folder.list(path)
        return try files(
            Dictionary(names.map { ($0, .file(Path.join(path, $0))) }, uniquingKeysWith: { first, _ in first }))
    }

    private static func files(_ members: [String: FATFile.Content]) throws -> SystemFiles {
        func member(_ name: String) throws -> FATFile.Content {
            guard let content = members[name] else {
                throw Failure(.invalidInput, "the archive of boot files lacks \"\(name)\"")
            }
            return content
        }
        let programs = members.filter { $0.key.uppercased().hasSuffix(".EFI") && !$0.key.contains("/") }
        guard programs.contains(where: { $0.key.uppercased().hasPrefix("BOOT") }) else {
            throw Failure(.invalidInput, "the archive of boot files has no UEFI boot program")
        }
        return SystemFiles(
            programs: programs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            bios: try BIOSBootCode(bootImage: member(bootImage).read(), coreImage: member(coreImage).read()),
            kernel: try member(kernel), initramfs: try member(initramfs))
    }
}
