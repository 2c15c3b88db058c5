import Delta
import Glibc
import Host
import Synchronization
import TestSupport
import Testing
import Transfer

@Suite struct AssemblyTests {
    /// An old and a new version of a file: some of it moved, some new, some twice.
    private struct Versions {
        let old: [UInt8]
        let new: [UInt8]

        init() {
            let parts = (0..<6).map { Samples.noise(30_000, seed: 20 + $0) }
            old = parts[0] + parts[1] + parts[2] + parts[3]
            new = parts[1] + parts[4] + parts[0] + parts[4] + Array(parts[2][..<20_000]) + parts[5]
        }
    }

    private let versions = Versions()

    /// Makes the new version; returns what was done and what is in the target.
    private func assemble(
        in folder: String, target: [UInt8]?, seeds: [[UInt8]] = [], source: (any RangeSource)? = nil, gap: Int = 0,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> (Assembly.Result?, AssemblyPlan?, [UInt8]) {
        let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
        let regions = try seeds.enumerated().map { number, content in
            try File.write(Path.join(folder, "seed\(number)"), content)
            return try FileRegion(Path.join(folder, "seed\(number)"))
        }
        let path = Path.join(folder, "target")
        let new = Path.join(folder, "new")
        try File.write(new, versions.new)
        return try Samples.withTarget(path, content: target) { target in
            let assembly = Assembly(index, into: target, seeds: regions, gap: gap, isCancelled: isCancelled)
            guard let plan = try assembly.plan() else { return (nil, nil, try File.read(path)) }
            let result = try assembly.run(plan, from: source ?? FileRangeSource(new))
            return (result, plan, try File.read(path))
        }
    }

    @Test func takesWhatIsHereAndFetchesTheRest() throws {
        try Folder.withTemporary { folder in
            let (result, plan, content) = try assemble(in: folder, target: nil, seeds: [[], versions.old])
            #expect(content == versions.new)
            #expect(result?.isComplete == true && result?.kept == 0)
            // Two of six parts are new, one of them twice; each border costs two chunks at most.
            let fetched = try #require(result?.fetched)
            #expect(fetched >= 60_000 && fetched < 60_000 + 6 * 2 * 4096)
            #expect(fetched + (result?.local ?? 0) == versions.new.count)
            #expect(plan?.download == fetched && plan?.missing == fetched)
            #expect(plan?.ranges.count ?? 0 >= 2)
        }
    }

    @Test func aCompleteTargetNeedsNothing() throws {
        try Folder.withTemporary { folder in
            // Longer than it shall be: what is behind the end goes.
            let (result, plan, content) = try assemble(in: folder, target: versions.new + [1, 2, 3])
            #expect(content == versions.new)
            #expect(plan?.ranges.isEmpty == true)
            #expect(result?.isComplete == true && result?.kept == versions.new.count)
            #expect(result?.local == 0 && result?.fetched == 0)
        }
    }

    /// What other versions and other disks leave in a slot is never taken for the right bytes.
    @Test(arguments: 0..<20) func staleContentIsReplaced(seed: Int) throws {
        try Folder.withTemporary { folder in
            var random = SeededGenerator(seed: seed)
            var stale = seed.isMultiple(of: 2) ? versions.new : versions.old + Samples.noise(60_000, seed: seed)
            for _ in 0..<20 {
                let place = Int.random(in: 0..<stale.count - 3000, using: &random)
                let length = Int.random(in: 1..<3000, using: &random)
                stale.replaceSubrange(place..<place + length, with: Samples.noise(length, seed: place))
            }
            let (result, _, content) = try assemble(in: folder, target: stale)
            #expect(content == versions.new)
            let total = (result?.kept ?? 0) + (result?.local ?? 0) + (result?.fetched ?? 0)
            #expect(total == versions.new.count)
            if seed.isMultiple(of: 2) { #expect(result?.kept ?? 0 > 0) }
        }
    }

    /// Ended again and again, each run goes on where the last one ended.
    @Test func goesOnWhereverItWasCut() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            let (seed, new) = (Path.join(folder, "seed"), Path.join(folder, "new"))
            try File.write(seed, versions.old)
            try File.write(new, versions.new)
            let path = Path.join(folder, "target")
            try File.write(path, [])
            var (runs, kept, fetched) = (0, 0, 0)
            while true {
                runs += 1
                try #require(runs < 1000)
                let source = SlowSource(try FileRangeSource(new))
                // Every other run ends among the chunks of the seed, the rest after some bytes of the source.
                var questions = 0
                let isPlanned = Mutex(false)
                let result = try Samples.withTarget(path) { target in
                    let isCancelled = {
                        guard isPlanned.withLock({ $0 }) else { return false }
                        questions += 1
                        return runs.isMultiple(of: 2) ? questions > 5 : source.written.withLock { $0 } > 5000
                    }
                    let assembly = Assembly(
                        index, into: target, seeds: [try FileRegion(seed)], isCancelled: isCancelled)
                    let plan = try #require(try assembly.plan())
                    isPlanned.withLock { $0 = true }
                    #expect(plan.kept >= kept)
                    kept = plan.kept
                    return try assembly.run(plan, from: source)
                }
                fetched += result.fetched
                if result.isComplete { break }
            }
            #expect(try File.read(path) == versions.new)
            #expect(runs > 10)
            // What was cut off within a chunk came twice.
            #expect(fetched < 60_000 + 12 * 4096 + runs * 4096)
        }
    }

    /// Ended at the first question, at the second, and so on, while it compares.
    @Test func aPlanCanBeGivenUp() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            let path = Path.join(folder, "target")
            try File.write(Path.join(folder, "seed"), versions.old)
            let seed = try FileRegion(Path.join(folder, "seed"))
            try Samples.withTarget(path, content: [1, 2, 3]) { target in
                for limit in stride(from: 0, to: index.chunks.count + 100, by: 7) {
                    var questions = 0
                    let isCancelled = {
                        questions += 1
                        return questions > limit
                    }
                    let assembly = Assembly(index, into: target, seeds: [seed], isCancelled: isCancelled)
                    let plan = try assembly.plan()
                    #expect(plan == nil)
                }
            }
            #expect(try File.read(path) == [1, 2, 3])
        }
    }

    /// The process was killed: any prefix of the writes may be there, and torn parts of the last.
    @Test func goesOnAfterAKill() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            for chunk in index.chunks {
                let torn = Array(versions.new[..<(chunk.offset + chunk.size / 2)])
                let (result, plan, content) = try assemble(in: folder, target: torn)
                #expect(content == versions.new)
                #expect(result?.isComplete == true)
                #expect(plan?.kept == chunk.offset)
            }
        }
    }

    @Test func gapsAreFetchedWhereThatIsCheaper() throws {
        try Folder.withTemporary { folder in
            var stale = versions.new
            for place in stride(from: 5000, to: 25_000, by: 8500) { stale[place] ^= 1 }
            let (_, apart, _) = try assemble(in: folder, target: stale)
            let (result, together, content) = try assemble(in: folder, target: stale, gap: 20_000)
            #expect(apart?.ranges.count == 3)
            #expect(together?.ranges.count == 1)
            #expect(together?.missing == apart?.missing)
            #expect(together?.download ?? 0 > apart?.download ?? 0)
            #expect(result?.fetched == together?.download)
            #expect(content == versions.new)
        }
    }

    /// A seed that changes after the plan was made: its bytes are compared when they are used, and fetched instead.
    @Test func seedsMayChange() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            let (seed, path) = (Path.join(folder, "seed"), Path.join(folder, "target"))
            let new = Path.join(folder, "new")
            try File.write(new, versions.new)
            for damage in [versions.old.map { $0 ^ 1 }, []] as [[UInt8]] {
                try File.write(seed, versions.old)
                let region = try FileRegion(seed)
                try Samples.withTarget(path, content: []) { target in
                    let assembly = Assembly(index, into: target, seeds: [region])
                    let plan = try #require(try assembly.plan())
                    #expect(plan.local > 80_000)
                    // In place: the region has the file open.
                    let descriptor = try check("open") { open(seed, O_WRONLY | O_TRUNC) }
                    defer { close(descriptor) }
                    try File.append(damage, to: descriptor, named: seed)
                    let result = try assembly.run(plan, from: FileRangeSource(new))
                    #expect(result.isComplete && result.fetched > 80_000)
                }
                #expect(try File.read(path) == versions.new)
            }
        }
    }

    @Test func aTargetThatChangesIsNoticed() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            let path = Path.join(folder, "target")
            let new = Path.join(folder, "new")
            try File.write(new, versions.new)
            var half = Array(versions.new[..<90_000])
            try Samples.withTarget(path, content: half) { target in
                let assembly = Assembly(index, into: target)
                let plan = try #require(try assembly.plan())
                let other = try check("open") { open(path, O_WRONLY) }
                defer { close(other) }
                half = [half[0] ^ 1]
                pwrite(other, &half, 1, 0)
                let failure = #expect(throws: Failure.self) { _ = try assembly.run(plan, from: FileRangeSource(new)) }
                #expect(failure?.status == .device)
                #expect(failure?.message == "\"\(path)\" has changed while it was written (at byte 0)")
                // And put right by the next run.
                let again = try #require(try assembly.plan())
                #expect(try assembly.run(again, from: FileRangeSource(new)).isComplete)
            }
            #expect(try File.read(path) == versions.new)
        }
    }

    @Test func refusesATargetWithoutRoom() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            let path = Path.join(folder, "disk")
            try File.write(path, [UInt8](repeating: 1, count: 300_000))
            let descriptor = try check("open") { open(path, O_RDWR) }
            defer { close(descriptor) }
            let small = AssemblyTarget(descriptor: descriptor, name: path, offset: 1000, capacity: 100_000)
            let failure = #expect(throws: Failure.self) { _ = try Assembly(index, into: small).plan() }
            #expect(failure?.status == .device)
            #expect(failure?.message == "\"\(path)\" has room for 100000 bytes, and 170000 are needed")
            // With room, what is before and behind it stays.
            try File.write(Path.join(folder, "new"), versions.new)
            let place = AssemblyTarget(descriptor: descriptor, name: path, offset: 1000, capacity: 200_000)
            let assembly = Assembly(index, into: place)
            let plan = try #require(try assembly.plan())
            #expect(try assembly.run(plan, from: FileRangeSource(Path.join(folder, "new"))).isComplete)
            let content = try File.read(path)
            #expect(content.count == 300_000)
            #expect(content[1000..<171_000].elementsEqual(versions.new))
            #expect((content[..<1000] + content[171_000...]).allSatisfy { $0 == 1 })
        }
    }

    /// A file whose pieces do not lie in their order, and none of them where a chunk begins.
    @Test func fillsSeveralPlaces() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(versions.new, sizes: Samples.small, in: folder)
            let path = Path.join(folder, "disk")
            try File.write(path, [UInt8](repeating: 1, count: 300_000))
            try File.write(Path.join(folder, "new"), versions.new)
            let descriptor = try check("open") { open(path, O_RDWR) }
            defer { close(descriptor) }
            let places = [200_000..<250_001, 7..<100_006, 150_000..<170_000]
            let assembly = Assembly(index, into: AssemblyTarget(descriptor: descriptor, name: path, places: places))
            let plan = try #require(try assembly.plan())
            #expect(try assembly.run(plan, from: FileRangeSource(Path.join(folder, "new"))).isComplete)
            let content = try File.read(path)
            #expect(content.count == 300_000)
            #expect(places.flatMap { content[$0] } == versions.new)
            #expect((content[..<7] + content[100_006..<150_000] + content[170_000..<200_000]).allSatisfy { $0 == 1 })
            // The next run finds everything in its place.
            #expect(try assembly.plan()?.download == 0)
            let small = AssemblyTarget(descriptor: descriptor, name: path, places: [0..<50_000, 60_000..<70_000])
            #expect(throws: Failure.self) { _ = try Assembly(index, into: small).plan() }
        }
    }

    /// A source that hands over a few bytes at a time, counts them, and asks in between whether to end.
    private final class SlowSource: RangeSource {
        let written = Mutex(0)
        private let source: any RangeSource
        var name: String { source.name }
        var remark: String? { source.remark }

        init(_ source: any RangeSource) { self.source = source }

        func read(
            _ ranges: [Range<Int>], isCancelled: @escaping () -> Bool,
            deliver: @escaping (Int, UnsafeRawBufferPointer) throws -> Void
        ) throws -> Bool {
            for range in ranges {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: 700) {
                    if isCancelled() { return false }
                    let piece = start..<min(range.upperBound, start + 700)
                    _ = try source.read([piece], isCancelled: { false }, deliver: deliver)
                    written.withLock { $0 += piece.count }
                }
            }
            return true
        }
    }
}
