import CRpm
import Glibc
import Host

/// The header of an RPM file.
public struct PackageHeader {
    private let header: HeaderBox

    /// Frees the header with the last copy.
    private final class HeaderBox {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { headerFree(pointer) }
    }

    /// For librpm's calls; valid while this value lives.
    var pointer: OpaquePointer { header.pointer }

    /// Reads the header without verifying anything: `PackageVerifier` has done that.
    ///
    /// - Parameter path: an RPM file
    init(reading path: String, with transaction: OpaquePointer, _ log: RPMLog) throws {
        guard let stream = Fopen(path, "r.ufdio"), Fileno(stream) >= 0 else {
            throw systemFailure(errno, "open \"\(path)\"")
        }
        defer { Fclose(stream) }
        var result: OpaquePointer?
        let code = rpmReadPackageFile(transaction, stream, path, &result)
        guard code == RPMRC_OK || code == RPMRC_NOKEY || code == RPMRC_NOTTRUSTED, let result else {
            throw Failure(
                .signature, "\"\(path)\" is not a sound RPM package",
                hint: "remove the file: the next run fetches it again",
                details: log.problems)
        }
        header = HeaderBox(result)
    }

    /// A header that somebody else has, too, such as one of the package database.
    init(sharing pointer: OpaquePointer) { header = HeaderBox(headerLink(pointer)) }

    /// `bash-5.1.8-9.el9.x86_64`, with the epoch unless it is 0.
    public var nevra: String {
        func text(_ tag: rpmTag_e) -> String {
            headerGetString(pointer, rpmTagVal(tag.rawValue)).map { String(cString: $0) } ?? ""
        }
        let epoch = headerGetNumber(pointer, rpmTagVal(RPMTAG_EPOCH.rawValue))
        return
            "\(text(RPMTAG_NAME))-\(epoch == 0 ? "" : "\(epoch):")\(text(RPMTAG_VERSION))-\(text(RPMTAG_RELEASE)).\(text(RPMTAG_ARCH))"
    }

    /// The files in the package's order.
    public var files: [PackageFile] {
        guard let files = rpmfilesNew(nil, pointer, 0, rpmfiFlags(RPMFI_KEEPHEADER.rawValue)) else { return [] }
        defer { rpmfilesFree(files) }
        let package = nevra
        func text(_ pointer: UnsafePointer<CChar>?) -> String? {
            guard let pointer, pointer.pointee != 0 else { return nil }
            return String(cString: pointer)
        }
        return (0..<Int32(rpmfilesFC(files))).compactMap { index in
            guard let name = rpmfilesFN(files, index) else { return nil }
            defer { free(name) }
            let flags = rpmfilesFFlags(files, index)
            return PackageFile(
                path: String(cString: name), mode: UInt32(rpmfilesFMode(files, index)),
                user: text(rpmfilesFUser(files, index)) ?? "root", group: text(rpmfilesFGroup(files, index)) ?? "root",
                capabilities: text(rpmfilesFCaps(files, index)), linkTarget: text(rpmfilesFLink(files, index)),
                size: Int(clamping: rpmfilesFSize(files, index)), modified: Int(rpmfilesFMtime(files, index)),
                language: text(rpmfilesFLangs(files, index)), package: package,
                isGhost: flags & RPMFILE_GHOST.rawValue != 0, isConfig: flags & RPMFILE_CONFIG.rawValue != 0,
                isDocumentation: flags & RPMFILE_DOC.rawValue != 0)
        }
    }

    /// Reads the files of many packages.
    ///
    /// - Parameter paths: RPM files that have been verified
    /// - Returns: every file of every package, in the order of `paths`; a path that several packages own comes several times
    public static func files(ofPackages paths: [String]) throws -> [PackageFile] {
        try RPMLibrary.use { log in
            let transaction = try RPMTransactionSet()
            return try paths.flatMap { try PackageHeader(reading: $0, with: transaction.pointer, log).files }
        }
    }
}
