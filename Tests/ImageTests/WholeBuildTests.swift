import Glibc
import Host
import TestSupport
import Testing

/// Whole builds of a small image, as a user runs them.
@Suite(.serialized, .enabled(if: ImageWorkshop.missing == nil, "\(ImageWorkshop.missing ?? "")"))
struct WholeBuildTests {
    /// Root, a user with subordinate ids and one without get the same ISO, byte for byte, each from an empty cache.
    @Test func everyRungGivesTheSameImage() throws {
        var images: [String: String] = [:]
        var listings: Set<String> = []
        let rungs = geteuid() == 0 ? ["root", "subordinate-ids", "single-id"] : ["single-id"]
        let user = "nodewright-image-test"
        if geteuid() == 0 {
            _ = try Command("userdel", [user]).run()  // what a killed test left
            try Command("useradd", ["--no-create-home", user]).run().check()
        }
        defer { if geteuid() == 0 { _ = try? Command("userdel", [user]).run() } }
        for rung in rungs {
            try ImageWorkshop.with { workshop in
                var starting = [ImageWorkshop.program]
                if geteuid() == 0, rung != "root" {
                    // The lab's folder may lie in root's home, which nobody else may enter.
                    try File.remove(Path.join(workshop.cache, "lab"))
                    try Command(
                        "cp", ["-r", "--reflink=auto", Path.join(Environment.cacheFolder, "lab"), workshop.cache]
                    ).run().check()
                    let program = try workshop.programForAnybody()
                    try Command("chown", ["-R", "\(user):", workshop.folder]).run().check()
                    starting = [
                        "setpriv", "--reuid", user, "--regid", user, "--init-groups", "env", "HOME=\(workshop.folder)",
                        program,
                    ]
                }
                let build = try workshop.build(
                    starting: starting, environment: ["NODEWRIGHT_SANDBOX": rung, "SOURCE_DATE_EPOCH": "1700000000"])
                #expect(build.status == 0, "\(rung): \(build.message)")
                images[rung] = build.sha256
                let stage = Path.join(workshop.cache, "stages/root-file-system")
                for key in try Folder.list(stage) where !key.hasPrefix(".") {
                    listings.insert(try File.readText(Path.join(stage, key + "/root.list")))
                }
                let leftovers = try workshop.leftovers()
                #expect(leftovers == [])
            }
        }
        #expect(images.count == rungs.count)
        #expect(Set(images.values).count == 1, "\(images)")
        #expect(listings.count == 1)
        // Owners and capabilities from the packages' headers are in it.
        let listing = try #require(listings.first)
        #expect(listing.contains("\tcap_net_raw"))
        #expect(listing.split(separator: "\n").contains { $0.split(separator: "\t")[2] != "0" })
    }

    /// An unchanged rebuild does nothing; a changed overlay file does not unpack packages again.
    @Test func onlyWhatChangedIsDoneAgain() throws {
        try ImageWorkshop.with { workshop in
            let overlay = Path.join(workshop.folder, "site/etc")
            try Folder.create(overlay)
            try File.write(Path.join(overlay, "motd"), "one\n")
            try workshop.extendRecipe("overlays: [../site]\n")
            let first = try workshop.build()
            #expect(first.status == 0, "\(first.message)")
            for phase in ["root tree", "boot loader", "initramfs", "customise", "root file system", "ISO"] {
                #expect(first.ran.contains(phase), "\(phase)")
            }
            let initramfs = Path.join(workshop.cache, "stages/initramfs")
            let key = try #require(try Folder.list(initramfs).first { !$0.hasPrefix(".") })
            #expect(try File.size(Path.join(initramfs, key + "/initramfs.img")) < 20_000_000)
            let second = try workshop.build()
            #expect(second.status == 0)
            #expect(second.ran.allSatisfy { $0 == "resolve" }, "\(second.ran)")
            #expect(second.sha256 == first.sha256)

            try File.write(Path.join(overlay, "motd"), "two\n")
            let third = try workshop.build()
            #expect(third.status == 0, "\(third.message)")
            #expect(
                third.ran.filter { $0 != "resolve" && $0 != "squashfs" } == ["customise", "root file system", "ISO"],
                "\(third.ran)")
            #expect(third.sha256 != first.sha256)

            // An artefact that somebody touched is made again, from the cache.
            try File.write(workshop.iso, "not an ISO")
            let fourth = try workshop.build()
            #expect(fourth.ran.filter { $0 != "resolve" } == ["ISO"], "\(fourth.ran)")
            #expect(fourth.sha256 == third.sha256)

            try interrupt(workshop, after: third)
            try follow(lockIn: workshop)
        }
    }

    /// When a build is ended. What was made until then stays in the cache, so that each run gets further than the one before.
    private static let interruptions: [(signal: Int32, event: String)] = [
        (SIGKILL, #""event":"started","phase":"root tree""#), (SIGINT, #""event":"started","phase":"root tree""#),
        (SIGKILL, #""event":"started","phase":"customise""#), (SIGKILL, #""event":"started","phase":"boot loader""#),
        (SIGKILL, #""event":"started","phase":"root file system""#),
        (SIGKILL, #""event":"started","phase":"squashfs""#), (SIGINT, #""event":"started","phase":"squashfs""#),
        // What is made beside the root file system takes longer than that of a small image.
        (SIGKILL, #""event":"started","phase":"initramfs""#), (SIGKILL, #""event":"started","phase":"ISO""#),
        (SIGKILL, #""command":"xorriso "#), (SIGINT, #""command":"xorriso "#),
    ]

    /// Killed in any phase, a build leaves nothing running or mounted, and the next one ends as if nothing had happened.
    private func interrupt(_ workshop: ImageWorkshop, after finished: Build) throws {
        try Folder.remove(Path.join(workshop.cache, "stages"))
        try File.remove(workshop.iso)
        for (signal, event) in Self.interruptions {
            let result = try workshop.build(interruptedBy: signal, at: event)
            #expect(result.text.contains(event), "no such event: \(event)")
            #expect(signal == SIGKILL ? result.status == 137 : result.status != 0, "\(event): \(result.status)")
            usleep(300_000)  // the kernel ends the worker's processes one after the other
            let running = try Command("pgrep", ["--full", workshop.cache]).run().text
            #expect(running == "", "\(signal) at \(event) left processes")
            #expect(!File.exists(workshop.iso))
            let mounts = try workshop.leftovers().filter { $0.contains(" ") }
            #expect(mounts == [], "a mount is left")
        }
        let again = try workshop.build()
        #expect(again.status == 0, "\(again.message)")
        #expect(again.sha256 == finished.sha256)
        let leftovers = try workshop.leftovers()
        #expect(leftovers == [])
    }

    /// A lock is followed; with `--locked`, a recipe that asks for something else is refused.
    private func follow(lockIn workshop: ImageWorkshop) throws {
        let environment = ["NODEWRIGHT_CACHE": workshop.cache]
        let missing = try workshop.build(["--locked"])
        #expect(missing.status == 2)
        #expect(missing.message.contains("there is no lock"))
        try Command(ImageWorkshop.program, ["resolve", workshop.recipe], environment: environment).run().check()
        let locked = try workshop.build(["--locked"])
        #expect(locked.status == 0, "\(locked.message)")
        #expect(!locked.ran.contains("resolve"))
        try workshop.extendRecipe("packages: [tcpdump]\n")
        let refused = try workshop.build(["--locked"])
        #expect(refused.status == 2)
        #expect(refused.message.contains("was made for other packages"))
    }
}
