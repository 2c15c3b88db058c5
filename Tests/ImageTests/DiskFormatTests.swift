import Glibc
import Host
import TestSupport
import Testing

/// Disks of the small image, as a user builds them.
@Suite(.serialized, .enabled(if: ImageWorkshop.missing == nil, "\(ImageWorkshop.missing ?? "")"))
struct DiskFormatTests {
    private static let formats = ["--format", "disk,qcow2,usb,update"]

    /// Two builds from nothing but the packages are equal; sizes that cannot work are refused with what to do, and nothing
    /// is left of them.
    @Test func disksAreReproducibleAndSizesAreChecked() throws {
        try ImageWorkshop.with { workshop in
            let plain = try File.readText(workshop.recipe)
            let environment = ["SOURCE_DATE_EPOCH": "1700000000"]
            let first = try workshop.build(Self.formats, environment: environment)
            #expect(first.status == 0, "\(first.message)")
            let sums = try File.readText(Path.join(workshop.output, "SHA256SUMS"))
            for name in [".raw", ".qcow2", ".usb.img"].map({ "small-0.1.0-x86_64" + $0 }) + ["update/SHA256SUMS"] {
                #expect(sums.contains("  \(name)\n"), "\(name)")
            }
            let second = try workshop.build(Self.formats, environment: environment)
            #expect(second.ran.allSatisfy { $0 == "resolve" }, "\(second.ran)")
            try Folder.remove(workshop.output)
            // What the stages hold is shown to be reproducible elsewhere; here the disks are made again.
            let third = try workshop.build(Self.formats, environment: environment)
            #expect(third.status == 0, "\(third.message)")
            #expect(try File.readText(Path.join(workshop.output, "SHA256SUMS")) == sums)

            for (sizes, words) in [
                ("slot: 64 MiB", ["a slot of 64 MiB is too small", "image: sizes: slot"]),
                ("esp: 64 MiB", ["image: sizes: esp"]),
            ] {
                try Folder.remove(workshop.output)
                try File.write(
                    workshop.recipe, plain.replacing("image:\n", with: "image:\n  sizes: {\(sizes)}\n"))
                // What else was asked for is not made either when a size cannot work.
                let refused = try workshop.build(["--format", sizes.hasPrefix("slot") ? "iso,disk" : "disk"])
                #expect(refused.status == ExitStatus.invalidInput.rawValue, "\(refused.message)")
                for word in words { #expect((refused.message + refused.hint).contains(word), "\(refused.message)") }
                let left = File.exists(workshop.output) ? try Folder.list(workshop.output) : []
                #expect(left == [])
            }
            try File.write(workshop.recipe, plain)
            try expectNothingOnAFullDisk(workshop)
        }
    }

    /// An output folder with too little room for each format, from a few MB to nearly enough.
    private func expectNothingOnAFullDisk(_ workshop: ImageWorkshop) throws {
        guard geteuid() == 0 else {
            print("skipped: a full disk needs root, to mount a small file system")
            return
        }
        try Folder.remove(workshop.output)
        for (format, size) in [("disk", "20m"), ("qcow2", "150m"), ("usb", "100m"), ("update", "40m")] {
            let script = """
                mkdir -p "$0" && mount -t tmpfs -o size=\(size) small "$0" && "$@"
                status=$?
                ls -A "$0" >'\(workshop.folder)/left'
                exit $status
                """
            let build = try workshop.build(
                ["--format", format],
                starting: ["unshare", "--mount", "sh", "-c", script, workshop.output, ImageWorkshop.program])
            #expect(build.status == ExitStatus.device.rawValue, "\(format): \(build.message)")
            #expect(build.message.contains("No space left"), "\(format): \(build.message)")
            #expect(try File.readText(Path.join(workshop.folder, "left")) == "", "\(format)")
        }
    }
}
