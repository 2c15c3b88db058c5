import Glibc
import Host
import TestSupport
import Testing

/// What a user gets to see when a build cannot work, and that the next one does.
@Suite(.serialized, .enabled(if: ImageWorkshop.missing == nil, "\(ImageWorkshop.missing ?? "")"))
struct BadInputTests {
    private func expect(_ build: Build, _ status: Host.ExitStatus, _ words: String...) {
        #expect(build.status == status.rawValue, "\(build.message)")
        for word in words {
            #expect(
                (build.message + build.hint).contains(word),
                "\"\(word)\" is missing in: \(build.message)\n\(build.hint)")
        }
    }

    @Test func packagesAndRepositories() throws {
        try ImageWorkshop.with { workshop in
            let plain = try File.readText(workshop.recipe)
            try workshop.extendRecipe("packages: [no-such-package]\n")
            expect(try workshop.build(), .invalidInput, "no-such-package")

            let missing = plain.replacing(
                "repositories: lab",
                with:
                    "repositories:\n  - {name: far, baseurl: \"http://127.0.0.1:1/\", gpgkeys: [\"\(workshop.cache)/lab/RPM-GPG-KEY-lab\"]}"
            )
            try File.write(workshop.recipe, missing)
            expect(try workshop.build(), .network, "http://127.0.0.1:1/repodata/repomd.xml")

            try damagePackages(workshop, plain)
        }
    }

    /// A lab of our own whose packages and metadata are damaged on the mirror.
    private func damagePackages(_ workshop: ImageWorkshop, _ plain: String) throws {
        let lab = Path.join(workshop.folder, "lab")
        try Command("cp", ["-r", "--reflink=auto", Path.join(Environment.cacheFolder, "lab"), lab]).run().check()
        try Folder.remove(Path.join(workshop.cache, "packages"))
        try File.write(workshop.recipe, plain)
        let file = try #require(try Folder.walk(lab).first { $0.contains("/bash-5") && $0.hasSuffix(".rpm") })
        let bash = Path.join(lab, file)
        let bytes = try File.read(bash)
        try File.write(bash, Array(bytes[..<(bytes.count / 2)]))
        let variable = ["--variable", "lab=\(lab)"]
        expect(try workshop.build(variable), .signature, "bash")
        try File.write(bash, bytes)
        let repaired = try workshop.build(variable)
        #expect(repaired.status == 0, "\(repaired.message)")

        let index = Path.join(lab, "fedora/repodata/repomd.xml")
        let signed = try File.readText(index)
        try File.write(index, signed.replacing("</repomd>", with: "<!-- changed --></repomd>"))
        expect(try workshop.build(variable), .signature, "repomd.xml")
        try File.write(index, signed)
        let again = try workshop.build(variable)
        #expect(again.status == 0, "\(again.message)")
    }

    @Test func scriptsOverlaysAndDisks() throws {
        try ImageWorkshop.with { workshop in
            let plain = try File.readText(workshop.recipe)
            let script = Path.join(workshop.folder, "recipes/fail.sh")
            try File.write(script, "#!/bin/bash\necho 'the disk of the future is missing' >&2\nexit 7\n", mode: 0o755)
            try workshop.extendRecipe("scripts: [fail.sh]\n")
            expect(
                try workshop.build(), .invalidInput, "small.yaml:", "fail.sh", "status 7",
                "the disk of the future is missing")

            // Scripts have no network, whatever the host has.
            try File.write(
                script, "#!/bin/bash\nmapfile -t lines </proc/net/dev\n[[ ${#lines[@]} = 3 && ${lines[2]} = *lo:* ]]\n",
                mode: 0o755)
            let offline = try workshop.build()
            #expect(offline.status == 0, "\(offline.message)")

            try Folder.create(Path.join(workshop.folder, "bad/etc"))
            try check("link") { symlink("../../../../../../etc/shadow", Path.join(workshop.folder, "bad/etc/link")) }
            try File.write(workshop.recipe, plain + "overlays: [../bad]\n")
            expect(
                try workshop.build(), .invalidInput, "small.yaml:",
                "has a link that points outside of it: etc/link -> ../../../../../../etc/shadow")

            let itself = plain.replacing("include:\n", with: "include:\n  - small.yaml\n")
            try File.write(workshop.recipe, itself)
            expect(try workshop.build(), .invalidInput, "small.yaml:", "includes itself")

            try File.write(workshop.recipe, plain)
            let good = try workshop.build()
            #expect(good.status == 0, "\(good.message)")
        }
    }

    /// A full disk for the cache, and one for the artefacts: said as such, and nothing half-written stays.
    @Test func fullDisks() throws {
        guard geteuid() == 0 else {
            print("skipped: needs root, to mount a small file system")
            return
        }
        try ImageWorkshop.with { workshop in
            let small = ["unshare", "--mount", "sh", "-c"]
            func build(_ folder: String, _ size: String) throws -> Build {
                let script =
                    "mkdir -p '\(folder)' && mount -t tmpfs -o size=\(size) small '\(folder)' && \"$@\"; status=$?; ls -A '\(folder)' >'\(workshop.folder)/left'; exit $status"
                return try workshop.build(starting: small + [script, "sh", ImageWorkshop.program])
            }
            let cache = try build(Path.join(workshop.cache, "stages"), "60m")
            expect(cache, .device, "space")
            let recovered = try workshop.build()
            #expect(recovered.status == 0, "\(recovered.message)")

            try File.remove(workshop.iso)
            try Folder.remove(workshop.output)
            let output = try build(workshop.output, "40m")
            expect(output, .device, "space")
            let left = try File.readText(Path.join(workshop.folder, "left"))
            #expect(left == "")
            let finished = try workshop.build()
            #expect(finished.status == 0, "\(finished.message)")
        }
    }
}
