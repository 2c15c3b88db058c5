import Document
import Glibc
import Host
import TestSupport
import Testing

/// What can be said about a real image after it was built: inspect, diff, report and the bills of materials.
@Suite(.serialized, .enabled(if: ImageWorkshop.missing == nil, "\(ImageWorkshop.missing ?? "")"))
struct InspectedImageTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    private func ask(_ arguments: [String], starting: [String] = [ImageWorkshop.program]) throws -> (Node, Int32) {
        let words = starting + arguments + ["--json"]
        let result = try Command(words[0], Array(words.dropFirst())).run()
        let last = result.text.split(separator: "\n").last.map { Array($0.utf8) } ?? []
        return (try JSON.parse(last, file: "result", limit: JSON.largestLimit), result.status)
    }

    @Test func anImageSaysWhatIsInItAndWhy() throws {
        try ImageWorkshop.with { workshop in
            let overlay = Path.join(workshop.folder, "site/etc")
            try Folder.create(overlay)
            try File.write(Path.join(overlay, "motd"), "one\n")
            try workshop.extendRecipe("overlays: [../site]\nkernel-arguments: [quiet]\n")
            let first = try workshop.build()
            #expect(first.status == 0, "\(first.message)")
            try inspect(workshop)
            try explain(workshop)
            try bills(workshop)

            let old = Path.join(workshop.folder, "old.iso")
            try File.rename(workshop.iso, to: old)
            try File.write(Path.join(overlay, "motd"), "three\n")
            let recipe = try File.readText(workshop.recipe)
            try File.write(
                workshop.recipe, recipe.replacing("[quiet]", with: "[nosmt]") + "packages: [tcpdump]\n")
            let second = try workshop.build()
            #expect(second.status == 0, "\(second.message)")
            try compare(workshop, old)
            try damage(workshop)
        }
    }

    /// By a user without any rights.
    private func inspect(_ workshop: ImageWorkshop) throws {
        var starting = [ImageWorkshop.program]
        if geteuid() == 0 {
            starting = [
                "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", try workshop.programForAnybody(),
            ]
        }
        let (found, status) = try ask(["inspect", workshop.iso], starting: starting)
        #expect(status == 0)
        #expect(found["kind"]?.string == "iso")
        #expect(found["sha256"]?.string == found["sha256-listed"]?.string)
        #expect(found["image"]?["name"]?.string == "small")
        #expect(found["image"]?["kernel-arguments"]?.sequence?.compactMap(\.string).contains("quiet") == true)
        #expect(found["package-database"]?.bool == true)
        #expect((found["packages"]?.sequence?.count ?? 0) > 50)
        #expect(found["initramfs"]?.sequence?.first?["segments"]?.sequence?.count == 3)
        let table = found["partition-table"]?["partitions"]?.sequence ?? []
        #expect(table.contains { $0["file-system"]?.string == "vfat" })
        let version = found["kernels"]?.sequence?.first?["version"]?.string
        #expect(version != nil && version == found["image"]?["kernel"]?.string)
        #expect(found["boot-entries"]?.sequence?.contains { $0["id"]?.string == "live" } == true)
    }

    private func explain(_ workshop: ImageWorkshop) throws {
        let (bash, _) = try ask(["inspect", workshop.iso, "--why", "/bin/bash"])
        #expect(bash["path"]?.string == "/usr/bin/bash")
        #expect(bash["packages"]?.sequence?.first?["nevra"]?.string?.hasPrefix("bash-") == true)
        let place = bash["packages"]?.sequence?.first?["request"]?["place"]?.string ?? ""
        #expect(place.hasPrefix("base.yaml:"), "\(place)")
        let (motd, _) = try ask(["inspect", workshop.iso, "--why", "/etc/motd"])
        #expect(motd["added"]?["place"]?.string?.hasPrefix("small.yaml:") == true)
        let (library, _) = try ask(["inspect", workshop.iso, "--why", "glibc"])
        let chain = library["packages"]?.sequence?.first?["chain"]?.sequence ?? []
        #expect(chain.last?["reason"]?["requested"] != nil)
        let (_, unknown) = try ask(["inspect", workshop.iso, "--why", "/no/such/file"])
        #expect(unknown == ExitStatus.invalidInput.rawValue)
    }

    private func bills(_ workshop: ImageWorkshop) throws {
        try Command("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], folder: workshop.output).run()
            .check()
        let names = try Folder.list(workshop.output).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
        #expect(names == ["small-0.1.0-x86_64.cdx.json", "small-0.1.0-x86_64.spdx.json"])
        let sums = try File.readText(Path.join(workshop.output, "SHA256SUMS"))
        for name in names { #expect(sums.contains(name)) }
        let python = Path.join(Self.package, ".build/validators/bin/python")
        guard File.exists(python) else {
            print("skipped: the validators are not installed; \"make setup\" does it")
            return
        }
        let files = names.reversed().map { Path.join(workshop.output, $0) }
        let result = try Command(python, [Path.join(Self.package, "Tests/Oracle/validate-sbom.py")] + files).run()
        #expect(result.status == 0, "\(result.text)\(result.errorTail)")
    }

    private func compare(_ workshop: ImageWorkshop, _ old: String) throws {
        let page = Path.join(workshop.folder, "diff.html")
        let (found, status) = try ask(["diff", old, workshop.iso, "--html", page])
        #expect(status == 0)
        let packages = found["packages"]?.sequence ?? []
        #expect(packages.contains { $0["name"]?.string == "tcpdump" && $0["change"]?.string == "added" })
        #expect(packages.allSatisfy { $0["change"]?.string == "added" })
        let files = found["files"]?.sequence ?? []
        let motd = files.first { $0["path"]?.string == "/etc/motd" }
        #expect(motd?["change"]?.string == "changed" && motd?["new"]?.integer == 6)
        #expect(
            files.contains { $0["path"]?.string == "/usr/sbin/tcpdump" || $0["path"]?.string == "/usr/bin/tcpdump" })
        #expect(!files.contains { $0["path"]?.string == "/usr/bin/bash" })
        #expect(found["kernel-arguments"]?["added"]?.sequence?.compactMap(\.string) == ["nosmt"])
        #expect(found["kernel-arguments"]?["removed"]?.sequence?.compactMap(\.string) == ["quiet"])
        #expect(try File.readText(page).contains("tcpdump"))

        let report = Path.join(workshop.folder, "report.html")
        try Command(ImageWorkshop.program, ["report", workshop.iso, "--output", report]).run().check()
        let text = try File.readText(report)
        for words in ["root file system", "<strong>tcpdump</strong>", "small.yaml:", "requested as bash"] {
            #expect(text.contains(words), "\(words)")
        }
    }

    /// A byte that was turned round, an end that is missing.
    private func damage(_ workshop: ImageWorkshop) throws {
        let descriptor = try check("open") { open(workshop.iso, O_RDWR) }
        defer { close(descriptor) }
        let size = try File.size(workshop.iso)
        var byte: UInt8 = 0
        try check("read") { pread(descriptor, &byte, 1, off_t(size / 2)) == 1 ? 0 : -1 }
        byte ^= 0xFF
        try check("write") { pwrite(descriptor, &byte, 1, off_t(size / 2)) == 1 ? 0 : -1 }
        let changed = try Command(ImageWorkshop.program, ["inspect", workshop.iso]).run()
        #expect([ExitStatus.signature.rawValue, ExitStatus.invalidInput.rawValue].contains(changed.status))
        #expect(changed.errorTail.contains("damaged"))
        try check("cut off") { ftruncate(descriptor, off_t(size / 2)) }
        let cut = try Command(ImageWorkshop.program, ["inspect", workshop.iso]).run()
        #expect(cut.status == ExitStatus.invalidInput.rawValue)
        #expect(cut.errorTail.contains("cut off"))
    }
}
