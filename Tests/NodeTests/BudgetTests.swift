import Host
import Testing

/// What the image pays for nodectl (DESIGN.md §8); checked on the release program, which `make build` makes.
@Suite struct BudgetTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))
    private static let program = Path.join(package, ".build/release/nodectl")

    /// Stripped size in bytes. The budget is 22 MB; this is nearer to what it is, so that growth is noticed: installation with
    /// its own FAT32, and boot control, took 0.7 MB, the wizard 0.7 MB, and upgrades, with TUF and delta downloads, 1.1 MB.
    private static let sizeLimit = 21_900_000

    /// Every library that the release program is linked with. One more is a decision: it must be in each image.
    private static let libraries: Set<String> = [
        "ld-linux-x86-64.so.2", "libc.so.6", "libgcc_s.so.1", "libm.so.6", "libstdc++.so.6",
        // D-Bus
        "libsystemd.so.0",
        // Disks
        "libblkid.so.1", "libfdisk.so.1", "libparted.so.2",
        // Document, for configuration
        "libyaml-0.so.2",
        // Transfer, for the root file system of nodes that start over the network
        "libcurl.so.4", "libcrypto.so.3",
    ]

    private func isBuilt() -> Bool {
        if File.exists(Self.program) { return true }
        print("skipped: \(Self.program) is not built; run \"make build\"")
        return false
    }

    @Test func isSmall() throws {
        guard isBuilt() else { return }
        try Folder.withTemporary { folder in
            let stripped = Path.join(folder, "nodectl")
            try Command("strip", ["-o", stripped, Self.program]).run().check()
            #expect(try File.size(stripped) < Self.sizeLimit)
        }
    }

    @Test func needsOnlyTheCommittedLibraries() throws {
        guard isBuilt() else { return }
        let text = try Command("readelf", ["-d", Self.program]).run().check().text
        let needed = text.split(separator: "\n").filter { $0.contains("(NEEDED)") }.compactMap { line in
            line.split(separator: "[").last?.dropLast().description
        }
        #expect(Set(needed) == Self.libraries)
    }

    @Test func staysUnderItsMemoryBudget() throws {
        guard isBuilt(), Environment.program("python3") != nil else { return }
        // The highest resident size of a child, in KiB: 32 MB is the budget.
        let measure = """
            import resource, subprocess, sys
            subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let result = try Command("python3", ["-c", measure, Self.program, "status"]).run().check()
        let kibibytes = try #require(Int(result.text.filter { $0.isNumber }))
        #expect(kibibytes * 1024 < 32_000_000)
    }
}
