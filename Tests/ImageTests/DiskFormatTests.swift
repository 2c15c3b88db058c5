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
                let refused = try workshop.build(["--format", "disk"])
                #expect(refused.status == ExitStatus.invalidInput.rawValue, "\(refused.message)")
                for word in words { #expect((refused.message + refused.hint).contains(word), "\(refused.message)") }
                let left = File.exists(workshop.output) ? try Folder.list(workshop.output) : []
                #expect(left == [])
            }
        }
    }
}
