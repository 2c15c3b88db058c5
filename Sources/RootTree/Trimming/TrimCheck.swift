import Host
import Packages

/// Looks whether trimming took something that what stays cannot do without, and refuses it with the chain from one to the other.
///
/// Only what was there before counts: a library that no package of the image brings is not the trims' fault.
struct TrimCheck {
    /// How many broken chains an error lists.
    private static let listed = 30

    let tree: Tree
    let removed: RemovedPaths
    private let owners: [String: String]
    private let scriptlets: [(package: String, scriptlet: PackageScriptlet)]

    /// A check of a trimmed tree.
    ///
    /// - Parameter packages: who owns what, and which scriptlets the package database still has
    init(_ tree: Tree, removed: RemovedPaths, packages: [InstalledPackages.Package]) {
        self.tree = tree
        self.removed = removed
        var owners: [String: String] = [:]
        for package in packages {
            for file in package.files { owners[file.path] = package.facts.nevra }
        }
        self.owners = owners
        scriptlets = packages.flatMap { package in package.scriptlets.map { (package.facts.nevra, $0) } }
    }

    /// Checks everything.
    ///
    /// - Throws: one failure that lists every chain
    func run() throws {
        guard !removed.isEmpty else { return }
        let broken = try libraries() + modules() + scripts() + units() + scriptletPrograms()
        guard !broken.isEmpty else { return }
        var details = Array(broken.prefix(Self.listed))
        if broken.count > details.count { details.append("and \(broken.count - details.count) more") }
        throw Failure(
            .invalidInput,
            "the trims break \(broken.count == 1 ? "something that stays" : "\(broken.count) things that stay") in the image",
            hint: "keep the one (trim: keep-files), or remove the other, too", details: details)
    }

    /// `/usr/bin/bar of package bar-1.0-1.x86_64`, or the path alone when no package owns it.
    func named(_ path: String) -> String { owners[path].map { "\(path) of package \($0)" } ?? path }

    /// The line about one broken thing.
    func line(_ cause: (path: String, rule: String), needer: String) -> String {
        "\(cause.path) removed by \(cause.rule) is needed by \(needer)"
    }

    /// What took the program that a path or a plain name leads to; nil when it is there, or never was.
    func missingProgram(_ name: String) throws -> (path: String, rule: String)? {
        guard !name.contains("/") else {
            return try tree.resolve(name) == nil ? removed.cause(of: name, in: tree) : nil
        }
        let candidates = ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].map { $0 + name }
        if try candidates.contains(where: { try tree.resolve($0) != nil }) { return nil }
        return try candidates.lazy.compactMap { try removed.cause(of: $0, in: tree) }.first
    }

    // MARK: - Kernel modules

    private func modules() throws -> [String] {
        var broken: [String] = []
        for version in try KernelModules.versions(in: tree) {
            guard let modules = try? KernelModules(tree, version: version) else { continue }
            for module in modules.all where modules.file(of: module) != nil {
                for need in modules.needs(module) where modules.file(of: need) == nil {
                    guard let cause = try removed.cause(of: "\(modules.folder)/\(need)", in: tree) else { continue }
                    broken.append(line(cause, needer: "the kernel module \(named("\(modules.folder)/\(module)"))"))
                }
            }
        }
        return broken
    }

    // MARK: - Scriptlets

    /// Scriptlets that run when a package goes are in the package database and may run on the node.
    private func scriptletPrograms() throws -> [String] {
        var broken: [String] = []
        for (package, scriptlet) in scriptlets where scriptlet.runsLater {
            for program in [scriptlet.interpreter] + ScriptPrograms.names(in: scriptlet.body) {
                guard let cause = try missingProgram(program) else { continue }
                broken.append(line(cause, needer: "the scriptlet %\(scriptlet.kind.rawValue) of package \(package)"))
                break
            }
        }
        return broken
    }
}
