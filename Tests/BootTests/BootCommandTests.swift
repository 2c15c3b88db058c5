import Host
import TestSupport
import Testing

/// The command itself, with guests that are one boot sector.
@Suite struct BootCommandTests {
    /// A guest that writes "HELLO" to the first serial line, echoes one character in brackets, and halts.
    private static let guest: [UInt8] = {
        var code: [UInt8] = [
            0x31, 0xC0, 0x8E, 0xD8, 0xBE, 0x30, 0x7C,  // ds = 0; si = text
            0xBA, 0xF8, 0x03,  // dx = the line's data port
            0xAC, 0x84, 0xC0, 0x74, 0x03, 0xEE, 0xEB, 0xF8,  // write until a zero
            0xBA, 0xFD, 0x03, 0xEC, 0xA8, 0x01, 0x74, 0xFB,  // wait until something has come
            0xBA, 0xF8, 0x03, 0xEC, 0x88, 0xC4,  // take it
            0xB0, 0x5B, 0xEE, 0x88, 0xE0, 0xEE, 0xB0, 0x5D, 0xEE,  // write it in brackets
            0xF4, 0xEB, 0xFD,  // halt
        ]
        code += [UInt8](repeating: 0, count: 0x30 - code.count) + Array("HELLO\r\n".utf8)
        code += [UInt8](repeating: 0, count: 510 - code.count) + [0x55, 0xAA]
        // A disk of one sector is too small for the firmware.
        return code + [UInt8](repeating: 0, count: 1 << 20)
    }()

    private func boot(_ arguments: [String], in folder: String) throws -> Command.Result {
        let image = Path.join(folder, "guest.img")
        try File.write(image, Self.guest)
        return try Command(
            try Programs.built("nodewright"), ["boot", image, "--accel", "tcg", "--memory", "64"] + arguments,
            folder: folder
        ).run()
    }

    @Test(arguments: ["disk", "usb"])
    func seenIsStatusZero(_ attachment: String) throws {
        try Folder.withTemporary { folder in
            let result = try boot(
                ["--as", attachment, "--until", "^HEL+O$", "--timeout", "60", "--log", "l"], in: folder)
            #expect(result.status == 0, "\(result.errorTail)")
            #expect(result.text.contains("HELLO"))
            let log = try File.readText(Path.join(folder, "l"))
            #expect(log.contains("HELLO"))
        }
    }

    @Test func resultsAsJSON() throws {
        try Folder.withTemporary { folder in
            let seen = try boot(["--until", "HELLO", "--timeout", "60", "--json"], in: folder)
            #expect(seen.text.hasPrefix(#"{"result":"seen","seconds":"#))
            let missed = try boot(["--until", "GOODBYE", "--timeout", "2", "--json"], in: folder)
            #expect(missed.text.contains(#""screen":["#) && missed.text.hasPrefix(#"{"result":"missed""#))
            #expect(missed.status == 1)
        }
    }

    @Test func notSeenIsStatusOneWithTheScreen() throws {
        try Folder.withTemporary { folder in
            let result = try boot(["--until", "GOODBYE", "--timeout", "4"], in: folder)
            #expect(result.status == 1)
            #expect(result.errorTail.contains("\"GOODBYE\" was not seen within 4 seconds"))
            #expect(result.errorTail.contains("| HELLO"))
        }
    }

    @Test func scriptsTypeAndTakePictures() throws {
        try Folder.withTemporary { folder in
            try File.write(
                Path.join(folder, "steps"), "# one key\nexpect HELLO\ntype x\nexpect \\[x\\]\nscreenshot screen.png\n")
            let result = try boot(["--script", "steps", "--timeout", "60"], in: folder)
            #expect(result.status == 0, "\(result.errorTail)")
            let picture = try File.read(Path.join(folder, "screen.png"))
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    @Test func refusedPatternsEndTheRunAtOnce() throws {
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "steps"), "refuse HELL\nexpect GOODBYE\n")
            let result = try boot(["--script", "steps", "--timeout", "60"], in: folder)
            #expect(result.status == 1)
            #expect(result.errorTail.contains("saw \"HELL\""))
        }
    }

    @Test(arguments: [
        (["--timeout", "0"], 2), (["--secure-boot"], 2), (["--until", "("], 2), (["--disk", "nowhere.img"], 2),
        (["--set-credential", "novalue"], 2), (["--memory", "1"], 2), (["--script", "nowhere"], 2),
        (["--network", "tap0"], 2), (["--network", "socket:nowhere"], 2),
    ])
    func wrongUsageIsStatusTwo(_ arguments: [String], _ status: Int) throws {
        try Folder.withTemporary { folder in
            let result = try boot(arguments, in: folder)
            #expect(result.status == status)
        }
    }

    /// QEMU takes cables of every kind.
    @Test func furtherNetworkCards() throws {
        try Folder.withTemporary { folder in
            let networks = ["--network", "listen:cable", "--network", "user,mac=52:54:00:00:00:07"]
            let result = try boot(networks + ["--until", "HELLO", "--timeout", "60"], in: folder)
            #expect(result.status == 0, "\(result.errorTail)")
        }
    }

    /// Killed without a chance to clean up, the command still leaves no machine behind.
    @Test func noMachineOutlivesTheCommand() throws {
        try Folder.withTemporary { folder in
            let image = Path.join(folder, "guest.img")
            try File.write(image, Self.guest)
            let program = try Programs.built("nodewright")
            let result = try Command(
                "timeout",
                ["--signal=KILL", "3", program, "boot", image, "--accel", "tcg", "--memory", "64", "--quiet"]
            ).run()
            #expect(result.status == 137)
            let deadline = monotonicSeconds() + 10
            while try machines(image) > 0, monotonicSeconds() < deadline { try Command("sleep", ["0.1"]).run().check() }
            let left = try machines(image)
            #expect(left == 0)
        }
    }

    /// How many running programs have the image among their arguments.
    private func machines(_ image: String) throws -> Int {
        try Folder.list("/proc").filter { Int($0) != nil }.filter { process in
            guard let line = try? File.read("/proc/\(process)/cmdline") else { return false }
            let text = String(decoding: line, as: UTF8.self)
            return text.contains(image) && text.contains("-accel\0")
        }.count
    }
}
