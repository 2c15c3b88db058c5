import CLinux
import Glibc
import Host

/// Describes kernel modules (`modules.dep` and its companions) once, beside the rest of the transaction.
///
/// Every package with modules runs depmod in a scriptlet: 5 s of one processor each time, because it unpacks all modules. Here
/// depmod runs once, as soon as the last module is there and while other packages are still unpacked; the calls of the scriptlets
/// do nothing, because a link to true(1) stands where depmod was.
final class ModuleDescription {
    private static let program = "usr/sbin/depmod"
    /// The package's own link, while the other one stands there.
    private static let aside = "usr/sbin/.nodewright-depmod"

    /// Packages with modules that are not unpacked yet.
    private var waiting: Int
    private let versions: [String]
    private var isAside = false
    private var running: [BoundProgram] = []

    /// - Parameter packages: all of the transaction
    init(_ packages: [PackageToInstall]) {
        waiting = packages.count { !$0.moduleVersions.isEmpty }
        versions = packages.reduce(into: Set()) { $0.formUnion($1.moduleVersions) }.sorted()
    }

    /// Hears that a package is unpacked. librpm has this process inside the new tree then.
    func unpacked(_ package: PackageToInstall) throws {
        guard !versions.isEmpty else { return }
        if !isAside, isThere {
            try check("set depmod aside") { rename("/" + Self.program, "/" + Self.aside) }
            try check("replace depmod") { symlink("/usr/bin/true", "/" + Self.program) }
            isAside = true
        }
        if !package.moduleVersions.isEmpty { waiting -= 1 }
        if waiting == 0, isAside, running.isEmpty { try start() }
    }

    /// Waits for depmod, and puts back what stood there.
    ///
    /// - Parameter root: the new tree, from outside
    /// - Throws: `.invalidInput` when depmod failed
    func finish(root: String) throws {
        guard isAside else { return }
        let failed = zip(versions, running).first { $1.wait() != 0 }
        try check("put depmod back") { rename(Path.join(root, Self.aside), Path.join(root, Self.program)) }
        isAside = false
        if let failed {
            throw Failure(
                .invalidInput, "depmod failed for the modules of kernel \(failed.0)",
                hint: "a package with kernel modules is damaged, or made for another kernel")
        }
    }

    /// Whether depmod is there, as a link to kmod, and true(1). What they need came before: packages with modules require kmod.
    private var isThere: Bool {
        File.kind("/" + Self.program) == .link && File.exists("/usr/bin/kmod") && File.exists("/usr/bin/true")
    }

    private func start() throws {
        let null = try check("open /dev/null") { nlinux_open("/dev/null", O_RDWR | O_CLOEXEC, 0) }
        defer { close(null) }
        running = try versions.map { version in
            try BoundProgram(
                "/usr/bin/kmod", arguments: ["depmod", "-a", version],
                environment: ["PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8"], descriptors: [null, null, null])
        }
    }
}
