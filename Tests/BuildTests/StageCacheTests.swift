import Build
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
            // No process has this id (beyond the largest that the kernel gives).
            let leftover = Path.join(stages, ".work-4194305-abc")
            try Folder.create(leftover)
            try Folder.create(Path.join(stages, one.hex))  // renamed, but without its note: never whole
            _ = try StageCache(folder: folder).stage("root tree", key: one) { _ in "whole" }
            #expect(!File.exists(leftover))
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
            let cache = StageCache(folder: folder)
            for index in 0..<8 {
                _ = try cache.stage("root tree", key: Checksum.of(Array("\(index)".utf8))) { _ in "" }
            }
            let left = try Folder.list(Path.join(folder, "root-tree")).filter { !$0.hasPrefix(".") }
            #expect(left.count == 4)
        }
    }
}
