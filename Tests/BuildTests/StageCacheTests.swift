import Build
import Glibc
import Host
import Synchronization
import Testing
import Transfer

@Suite struct StageCacheTests {
    private let one = Checksum.of(Array("one".utf8))

    @Test func makesAStageOnce() throws {
        try Folder.withTemporary { folder in
            let cache = StageCache(folder: folder)
            for _ in 0..<2 {
                var made = 0
                let path = try cache.stage("root tree", key: one) { work in
                    made += 1
                    try File.write(Path.join(work, "file"), "content")
                    return "one file"
                }
                #expect(try File.readText(Path.join(path, "file")) == "content")
                #expect(made == 1 || made == 0)
                let again = try cache.stage("root tree", key: one) { _ in throw Failure(.internalError, "made twice") }
                #expect(again == path)
            }
        }
    }

    @Test func aFailedStageLeavesNothingAndIsMadeAgain() throws {
        try Folder.withTemporary { folder in
            let cache = StageCache(folder: folder)
            #expect(throws: Failure.self) {
                try cache.stage("root tree", key: one) { work in
                    try File.write(Path.join(work, "half"), "")
                    throw Failure(.device, "disk full")
                }
            }
            #expect(try Folder.list(Path.join(folder, "root-tree")).allSatisfy { $0.hasSuffix(".lock") })
            _ = try cache.stage("root tree", key: one) { _ in "whole" }
        }
    }

    @Test func whatAKilledBuildLeftIsRemoved() throws {
        try Folder.withTemporary { folder in
            let stages = Path.join(folder, "root-tree")
            let leftover = Path.join(stages, ".work-" + Checksum.of(Array("other".utf8)).hex)
            let busy = Path.join(stages, ".work-" + Checksum.of(Array("busy".utf8)).hex)
            for folder in [leftover, busy, Path.join(stages, ".work-" + one.hex)] {
                try Folder.create(folder)
                try File.write(Path.join(folder, "half"), "")
            }
            let other = try FileLock(Path.join(stages, "." + Path.name(busy).dropFirst(6) + ".lock"))
            defer { other.release() }
            try Folder.create(Path.join(stages, one.hex))  // renamed, but without its note: never whole
            let path = try StageCache(folder: folder).stage("root tree", key: one) { work in
                let content = try Folder.list(work)
                #expect(content == [])
                return "whole"
            }
            #expect(try Folder.list(path) == [".note"])
            #expect(!File.exists(leftover))
            #expect(File.exists(busy), "another build is at work there")
        }
    }

    @Test func twoBuildsDoNotMakeTheSameStageTwice() throws {
        try Folder.withTemporary { folder in
            let made = Mutex(0)
            let key = one
            _ = try parallelMap([0, 1, 2, 3], workers: 4) { _ in
                try StageCache(folder: folder).stage("root tree", key: key) { _ in
                    made.withLock { $0 += 1 }
                    return ""
                }
            }
            #expect(made.withLock { $0 } == 1)
        }
    }

    @Test func oldEntriesGo() throws {
        try Folder.withTemporary { folder in
            for index in 0..<8 {
                _ = try StageCache(folder: folder).stage("root tree", key: Checksum.of(Array("\(index)".utf8))) { _ in
                    ""
                }
            }
            let left = try Folder.list(Path.join(folder, "root-tree")).filter { !$0.hasPrefix(".") }
            #expect(left.count == 4)
            let locks = try Folder.list(Path.join(folder, "root-tree")).filter { $0.hasSuffix(".lock") }
            #expect(locks.count == 4)
        }
    }

    /// A build reads its stages to its end, so another one may not remove them, however many it makes.
    @Test func whatABuildUsesStays() throws {
        try Folder.withTemporary { folder in
            var build: StageCache? = StageCache(folder: folder)
            let used = try #require(try build?.stage("root tree", key: one) { _ in "in use" })
            for index in 0..<8 {
                _ = try StageCache(folder: folder).stage("root tree", key: .of(Array("\(index)".utf8))) { _ in "" }
            }
            #expect(File.exists(used))
            // Using it does not keep others from using it.
            _ = try StageCache(folder: folder).stage("root tree", key: one) { _ in throw Failure(.internalError, "") }
            build = nil
            // The time of last use has seconds, so it must be older for sure.
            var times = [timeval(), timeval()]
            utimes(Path.join(used, ".note"), &times)
            _ = try StageCache(folder: folder).stage("root tree", key: .of(Array("last".utf8))) { _ in "" }
            #expect(!File.exists(used))
        }
    }
}
