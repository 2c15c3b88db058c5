public import Host

/// Makes a file out of what is already on this machine and of parts that are fetched.
///
/// Every chunk is compared with its digest when it is used, wherever it comes from. Nothing but the target is written:
/// a run that was cut off goes on because the next one looks which chunks are in their places.
public struct Assembly {
    /// What the file consists of.
    public let index: ChunkIndex
    let target: AssemblyTarget
    let seeds: [FileRegion]
    let gap: Int
    let progress: ProgressSink
    let isCancelled: () -> Bool

    /// - Parameters:
    ///   - seeds: where older content lies (the running slot's root file system, its kernel, its initramfs)
    ///   - gap: so many bytes between two ranges are fetched with them, because another range costs about as much
    ///   - isCancelled: asked before each chunk; true ends the work, and the next run goes on from there
    public init(
        _ index: ChunkIndex, into target: AssemblyTarget, seeds: [FileRegion] = [], gap: Int = 16 << 10,
        progress: @escaping ProgressSink = silent, isCancelled: @escaping () -> Bool = { false }
    ) {
        self.index = index
        self.target = target
        self.seeds = seeds
        self.gap = gap
        self.progress = progress
        self.isCancelled = isCancelled
    }

    /// Looks what is here; writes nothing.
    ///
    /// - Returns: nil when it was cancelled
    /// - Throws: `.device` when the target is too small; what cannot be read of target and seeds counts as missing
    public func plan() throws -> AssemblyPlan? {
        try target.checkRoom(for: index.length)
        let phase = "compare"
        let total = seeds.reduce(index.length) { $0 + $1.length }
        progress(.started(phase: phase, total: total, unit: .bytes))
        var origins = [AssemblyPlan.Origin](repeating: .remote, count: index.chunks.count)
        guard findKept(&origins, total) else { return nil }
        var wanted = findCopies(&origins)
        var done = index.length
        for number in seeds.indices where !wanted.isEmpty {
            do {
                guard try look(in: number, for: &wanted, &origins, (done, total)) else { return nil }
            } catch let failure as Failure {
                progress(.warning("what \"\(seeds[number].name)\" holds is fetched instead: \(failure.message)"))
            }
            done += seeds[number].length
        }
        let plan = AssemblyPlan(origins, of: index.chunks, gap: gap)
        progress(.finished(phase: phase, note: "\(plan.download / 1000) of \(index.length / 1000) kB are not here"))
        return plan
    }

    /// Finds the chunks that are in their places.
    private func findKept(_ origins: inout [AssemblyPlan.Origin], _ total: Int) -> Bool {
        withChunkBuffer { buffer in
            for (number, chunk) in index.chunks.enumerated() {
                if isCancelled() { return false }
                // What cannot be read is written anew: a power cut may leave such sectors.
                if (try? holds(chunk, buffer)) == true { origins[number] = .kept }
                progress(.advanced(phase: "compare", done: chunk.range.upperBound, total: total))
            }
            return true
        }
    }

    /// Whether a chunk is in its place in the target.
    func holds(_ chunk: ChunkIndex.Chunk, _ buffer: UnsafeMutableRawBufferPointer) throws -> Bool {
        let place = UnsafeMutableRawBufferPointer(rebasing: buffer[..<chunk.size])
        return try target.read(at: chunk.offset, into: place) == chunk.size
            && ChunkDigest(of: UnsafeRawBufferPointer(place)) == chunk.digest
    }

    /// Finds the chunks that the file has more than once.
    ///
    /// - Returns: the others that are missing, by digest
    private func findCopies(_ origins: inout [AssemblyPlan.Origin]) -> [ChunkDigest: Int] {
        var first: [ChunkDigest: Int] = [:]
        var wanted: [ChunkDigest: Int] = [:]
        for (number, chunk) in index.chunks.enumerated() where origins[number] == .kept { first[chunk.digest] = number }
        for (number, chunk) in index.chunks.enumerated() where origins[number] != .kept {
            if let other = first[chunk.digest] {
                // The sizes differ only in an index that lies.
                if index.chunks[other].size == chunk.size { origins[number] = .copy(of: other) }
            } else {
                first[chunk.digest] = number
                wanted[chunk.digest] = number
            }
        }
        return wanted
    }

    /// Cuts a seed and looks for chunks that are missing.
    private func look(
        in number: Int, for wanted: inout [ChunkDigest: Int], _ origins: inout [AssemblyPlan.Origin],
        _ position: (done: Int, total: Int)
    ) throws -> Bool {
        var goesOn = true
        try ChunkReader(seeds[number], sizes: index.sizes).forEach { offset, bytes in
            goesOn = !isCancelled()
            let digest = ChunkDigest(of: bytes)
            if let chunk = wanted[digest], index.chunks[chunk].size == bytes.count {
                origins[chunk] = .seed(number, offset: offset)
                wanted[digest] = nil
            }
            progress(.advanced(phase: "compare", done: position.done + offset, total: position.total))
            return goesOn && !wanted.isEmpty
        }
        return goesOn
    }

    /// Room for the largest chunk.
    func withChunkBuffer<Value>(_ body: (UnsafeMutableRawBufferPointer) throws -> Value) rethrows -> Value {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: index.sizes.maximum, alignment: 4096)
        defer { buffer.deallocate() }
        return try body(buffer)
    }
}
