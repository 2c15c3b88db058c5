import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Host

@Suite struct CommandTests {
    @Test func capturesOutputAndStatus() throws {
        let result = try Command("sh", ["-c", "echo out; echo err >&2; exit 3"]).run()
        #expect(result.status == 3)
        #expect(result.text == "out\n")
        #expect(result.errorTail == "err\n")
    }

    @Test func aFailureShowsCommandStatusAndLastLines() throws {
        let failure = #expect(throws: Failure.self) {
            try Command("sh", ["-c", "echo 'it broke' >&2; exit 4"]).run().check()
        }
        #expect(failure?.message == "sh failed with status 4")
        #expect(failure?.details == ["command: sh -c 'echo '\\''it broke'\\'' >&2; exit 4'", "it broke"])
    }

    @Test func aFullDiskIsADeviceFailure() throws {
        let failure = #expect(throws: Failure.self) {
            try Command("sh", ["-c", "cat /proc/version > /dev/full"]).run().check()
        }
        #expect(failure?.status == .device)
    }

    @Test func tellsOfSignalsAndMissingPrograms() throws {
        #expect(try Command("sh", ["-c", "kill -9 $$"]).run().status == 137)
        let failure = #expect(throws: Failure.self) { try Command("no-such-program").run() }
        #expect(failure?.status == .invalidInput)
    }

    @Test func feedsInputLargerThanAPipeAndDropsOutputOverTheLimit() throws {
        let input = [UInt8](repeating: 0x61, count: 1 << 20)
        var command = Command("cat", input: .bytes(input))
        #expect(try command.run().output == input)
        command.outputLimit = 1000
        #expect(try command.run().output.count == 1000)
        // A program that reads nothing does not hang or kill us.
        #expect(try Command("true", input: .bytes(input)).run().status == 0)
    }

    @Test func passesLinesAsTheyCome() throws {
        let lines = Mutex<[String]>([])
        try Command("printf", ["one\\ntwo\\nthree"], onLine: { line in lines.withLock { $0.append(line) } }).run()
            .check()
        #expect(lines.withLock { $0 } == ["one", "two", "three"])
    }

    @Test func keepsALimitedPartOfALongLine() throws {
        let lines = Mutex<[String]>([])
        try Command(
            "sh", ["-c", "head -c 1000000 /dev/zero | tr '\\0' a; echo; echo; seq 100000; printf end"],
            onLine: { line in lines.withLock { $0.append(line) } }
        ).run().check()
        let found = lines.withLock { $0 }
        #expect(found.count == 100_003)
        #expect(found.first == String(repeating: "a", count: 64 << 10))
        #expect(found.dropFirst().prefix(2) == ["", "1"])
        #expect(found.suffix(2) == ["100000", "end"])
    }

    /// A program is bound to the thread that waits for it, and that thread stays for as long as it runs.
    @Test func waitsForProgramsThatHaveClosedTheirOutput() throws {
        let script = "exec <&- >&- 2>&-; sleep 0.3; exit 3"
        let statuses = try parallelMap(Array(0..<4), workers: 4) { _ in try Command("sh", ["-c", script]).run().status }
        #expect(statuses == [3, 3, 3, 3])
    }

    @Test func saysWhyAProgramCannotBeStarted() throws {
        try Folder.withTemporary { folder in
            let program = Path.join(folder, "program")
            try File.write(program, "#!/no/such/interpreter\n", mode: 0o755)
            for command in [Command(program), Command("true", folder: Path.join(folder, "missing"))] {
                let failure = #expect(throws: Failure.self) { try command.run() }
                #expect(failure?.message.contains("No such file or directory") == true)
            }
        }
    }

    /// However this program is killed, what it runs ends with it.
    @Test func programsEndWithTheOneThatRunsThem() throws {
        let program = try Programs.built("nodewright")
        try Folder.withTemporary { folder in
            let note = Path.join(folder, "process")
            let script = "#!/bin/sh\necho $$ >\(note)\nkill -KILL $PPID\nexec sleep 60\n"
            try File.write(Path.join(folder, "gpg"), script, mode: 0o755)
            let search = "PATH=\(folder):/usr/bin:/bin"
            #expect(try Command("env", [search, program, "doctor", "--only", "build"]).run().status == 137)
            let process = try #require(pid_t(try File.readText(note).dropLast()))
            defer { kill(process, SIGKILL) }
            let deadline = monotonicSeconds() + 5
            while Self.runs(process), monotonicSeconds() < deadline { usleep(10_000) }
            #expect(!Self.runs(process), "the program outlives the one that ran it")
        }
    }

    /// Whether the process is there and no zombie.
    private static func runs(_ process: pid_t) -> Bool {
        guard let status = try? File.readText("/proc/\(process)/stat") else { return false }
        return status.split(separator: ")").last?.dropFirst().first != "Z"
    }

    @Test func runsInACleanEnvironment() throws {
        setenv("NODEWRIGHT_TEST_SECRET", "x", 1)
        let result = try Command("env", environment: ["A": "b"]).run()
        #expect(!result.text.contains("NODEWRIGHT_TEST_SECRET"))
        #expect(result.text.contains("A=b\n"))
        #expect(result.text.contains("LC_ALL=C.UTF-8\n"))
    }
}

@Suite struct PathTests {
    @Test(arguments: [
        ("/a/b", "/a"), ("a", "."), ("/a", "/"), ("a/b", "a"),
    ]) func parent(path: String, expected: String) { #expect(Path.parent(path) == expected) }

    @Test(arguments: [
        ("/a/./b//c/../d", "/a/b/d"), ("/../..", "/"), ("a/../..", ".."), ("", "."), ("/", "/"), ("a/..", "."),
    ]) func normalized(path: String, expected: String) { #expect(Path.normalized(path) == expected) }

    @Test(arguments: [("/r", "/etc", "/r/etc"), ("/", "x", "/x"), ("", "x", "x"), ("/r/", "", "/r/")])
    func join(base: String, name: String, expected: String) { #expect(Path.join(base, name) == expected) }
}

@Suite struct FileTests {
    @Test func writesAtomicallyAndWithItsMode() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "file")
            try File.write(path, "old")
            try File.write(path, "new", mode: 0o600)
            #expect(try File.readText(path) == "new")
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
            #expect(try Folder.list(folder) == ["file"])
        }
    }

    @Test func aFailedWriteLeavesTheOldContent() throws {
        // /dev/full cannot be renamed over, so the folder of the aside file is what fails here.
        let failure = #expect(throws: Failure.self) { try File.write("/proc/nodewright", "x") }
        #expect(failure?.message.contains("/proc/nodewright") == true)
    }

    @Test func replacesOrLeavesWhatWasThere() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "image")
            try File.write(path + ".part", "what a killed run left")
            let size = try File.replace(path) { aside in
                #expect(!File.exists(aside))
                try File.write(aside, "new")
                return try File.size(aside)
            }
            #expect(size == 3)
            let failure = #expect(throws: Failure.self) {
                try File.replace(path) { aside in
                    try File.write(aside, "half")
                    throw Failure(.device, "disk full")
                }
            }
            #expect(failure?.message == "disk full")
            // A body that makes no file has not replaced anything.
            #expect(throws: Failure.self) { try File.replace(path) { _ in } }
            #expect(try File.readText(path) == "new")
            #expect(try Folder.list(folder) == ["image"])
        }
    }

    @Test func refusesMoreThanTheLimit() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "file")
            try File.write(path, "123456")
            #expect(throws: Failure.self) { try File.read(path, limit: 5) }
            #expect(throws: Failure.self) { try File.read("/dev/zero", limit: 1 << 20) }
            try File.write(path, [0xFF, 0xFE])
            #expect(throws: Failure.self) { try File.readText(path) }
        }
    }

    @Test func removesTreesWithoutFollowingLinks() throws {
        try Folder.withTemporary { folder in
            let outside = Path.join(folder, "outside")
            let tree = Path.join(folder, "tree/sub")
            try Folder.create(outside)
            try File.write(Path.join(outside, "keep"), "x")
            try Folder.create(tree)
            symlink(outside, Path.join(tree, "link"))
            chmod(tree, 0o555)
            #expect(try Folder.walk(Path.join(folder, "tree")) == ["sub", "sub/link"])
            try Folder.remove(Path.join(folder, "tree"))
            #expect(!File.exists(Path.join(folder, "tree")))
            #expect(File.exists(Path.join(outside, "keep")))
        }
    }

    @Test func copiesBetweenFileSystems() throws {
        try Folder.withTemporary(in: "/dev/shm") { folder in
            try File.copy("/proc/version", to: Path.join(folder, "version"))
            #expect(try File.read(Path.join(folder, "version")) == File.read("/proc/version"))
        }
    }

    @Test func copiesContentAndMode() throws {
        try Folder.withTemporary { folder in
            let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            try File.write(Path.join(folder, "a"), content, mode: 0o751)
            try File.copy(Path.join(folder, "a"), to: Path.join(folder, "b"))
            #expect(try File.read(Path.join(folder, "b")) == content)
            var status = stat()
            #expect(stat(Path.join(folder, "b"), &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o751)
        }
    }
}

@Suite struct ShellPatternTests {
    @Test(arguments: [
        ("lib*", "libc", true), ("lib*", "glibc", false), ("/usr/*.so", "/usr/lib64/a.so", true), ("a?c", "abc", true),
        ("[ab]x", "bx", true), ("[!ab]x", "bx", false), ("\\*", "*", true), ("\\*", "a", false), ("A", "a", false),
    ])
    func matches(pattern: String, text: String, expected: Bool) {
        #expect(ShellPattern(pattern).matches(text) == expected)
        #expect([pattern].anyMatches(text) == expected)
    }

    @Test func caseMayBeIgnored() { #expect(ShellPattern("Core*", ignoringCase: true).matches("core tools")) }
}

@Suite struct CacheFolderTests {
    @Test func onlyAFolderOfOnesOwnServes() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "cache")
            try Environment.requirePrivate(path)
            try Environment.requirePrivate(path)
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o700)
            chmod(path, 0o770)
            #expect(throws: Failure.self) { try Environment.requirePrivate(path) }
            chmod(path, 0o700)
            let link = Path.join(folder, "link")
            symlink(path, link)
            let failure = #expect(throws: Failure.self) { try Environment.requirePrivate(link) }
            #expect(failure?.hint?.contains("NODEWRIGHT_CACHE") == true)
            guard geteuid() == 0 else { return }
            chown(path, 1, 1)
            #expect(throws: Failure.self) { try Environment.requirePrivate(path) }
        }
    }
}

@Suite struct FileLockTests {
    @Test func sharedAndAlone() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "lock")
            let one = try FileLock(path, shared: true)
            let two = try FileLock(path, shared: true, wait: false)
            let failure = #expect(throws: Failure.self) { try FileLock(path, wait: false) }
            #expect(failure?.status == .busy)
            one.release()
            two.release()
            let alone = try FileLock(path, wait: false)
            #expect(throws: Failure.self) { try FileLock(path, shared: true, wait: false) }
            alone.release()
            try FileLock(path, shared: true, wait: false).release()
        }
    }

    /// Of those who wait for a file that is removed meanwhile, none may believe to be alone with the removed one.
    @Test func aRemovedFileIsNoLock() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "lock")
            let holders = Mutex(0)
            _ = try parallelMap(Array(0..<200), workers: 8) { _ in
                let lock = try FileLock(path)
                holders.withLock { $0 += 1 }
                #expect(holders.withLock { $0 } == 1)
                usleep(100)
                holders.withLock { $0 -= 1 }
                try File.remove(path)
                lock.release()
            }
        }
    }
}

@Suite struct ParallelTests {
    @Test func keepsTheOrder() throws {
        #expect(try parallelMap(Array(0..<1000), workers: 8) { $0 * 2 } == (0..<1000).map { $0 * 2 })
        #expect(try parallelMap([Int](), workers: 8) { $0 } == [])
    }

    @Test func stopsAtTheFirstFailure() throws {
        let done = Mutex(0)
        #expect(throws: Failure.self) {
            try parallelMap(Array(0..<100_000), workers: 4) { index in
                if index == 10 { throw Failure(.invalidInput, "ten") }
                done.withLock { $0 += 1 }
            }
        }
        #expect(done.withLock { $0 } < 100_000)
    }
}
