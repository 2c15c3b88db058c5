import Host
import Testing

@testable import RootTree

@Suite struct ELFImageTests {
    /// The same numbers as readelf's, on programs and libraries of the host.
    @Test(arguments: [
        "/bin/bash", "/usr/bin/udevadm", "/usr/bin/qemu-system-x86_64", "/lib/x86_64-linux-gnu/libc.so.6",
    ])
    func agreesWithReadelf(_ path: String) throws {
        guard Environment.program("readelf") != nil, File.exists(path) else { return }
        let image = try ELFImage(try File.read(path), name: path)
        let lines = try Command("readelf", ["-d", "-W", path]).run().check().text.split(separator: "\n")
        let expected = lines.filter { $0.contains("(NEEDED)") }.map { line in
            String(line.split(separator: "[")[1].dropLast())
        }
        #expect(image.needed == expected)
        #expect(image.machine == 62 || image.machine == 183)
    }

    @Test func readsDlopenNotes() throws {
        let json =
            #"[{"feature":"kmod","priority":"required","soname":["libkmod.so.2"]},{"soname":["liba.so.2","liba.so.1"]}]"#
        let bytes = elfFile(sections: [
            (".note.dlopen", 7, dlopenNote(json) + dlopenNote(#"[{"soname":["b"],"priority":"suggested"}]"#))
        ])
        let image = try ELFImage(bytes, name: "test")
        #expect(
            image.dlopen == [
                .init(feature: "kmod", sonames: ["libkmod.so.2"], priority: .required),
                .init(feature: "", sonames: ["liba.so.2", "liba.so.1"], priority: .recommended),
                .init(feature: "", sonames: ["b"], priority: .suggested),
            ])
    }

    @Test func readsModuleInformation() throws {
        let text = "firmware=qlogic/1.bin\0depends=scsi_mod\0firmware=2.bin\0"
        let image = try ELFImage(elfFile(sections: [(".modinfo", 1, Array(text.utf8))]), name: "test")
        #expect(image.moduleInformation.filter { $0.key == "firmware" }.map(\.value) == ["qlogic/1.bin", "2.bin"])
    }

    /// Every prefix, and every byte of the headers replaced by hostile values: an answer or a failure, never a crash.
    @Test func survivesDamage() throws {
        let sample = elfFile(sections: [
            (".note.dlopen", 7, dlopenNote(#"[{"soname":["b"]}]"#)), (".modinfo", 1, Array("a=b\0".utf8)),
        ])
        for length in 0..<sample.count { _ = try? ELFImage(Array(sample[..<length]), name: "cut") }
        let program = try File.read("/bin/true")
        for original in [sample, program] {
            let headers = Array(0..<min(original.count, 1024)) + Array(max(0, original.count - 2048)..<original.count)
            for place in headers {
                for value: UInt8 in [0, 0x7F, 0xFF] {
                    var bytes = original
                    bytes[place] = value
                    _ = try? ELFImage(bytes, name: "damaged")
                }
            }
        }
        #expect(throws: Failure.self) { try ELFImage([0x7F, 0x45], name: "short") }
        #expect(throws: Failure.self) { try ELFImage(Array("#!/bin/sh\n".utf8), name: "script") }
    }
}
