import Host
public import Transfer

extension Assembly {
    /// What a run has done.
    public struct Result: Sendable, Equatable {
        /// Whether the whole file is in the target, durable.
        public var isComplete = false
        /// Bytes that were in their places.
        public var kept = 0
        /// Bytes that came from this machine.
        public var local = 0
        /// Bytes that were fetched.
        public var fetched = 0
    }

    /// Writes what is missing.
    ///
    /// - Parameters:
    ///   - plan: of this assembly
    ///   - source: the file where all of it is; nil when the plan needs nothing of it
    /// - Throws: `.signature` when the source has other bytes than the index says, `.device` when the target cannot
    ///   be written or changes meanwhile, and what the source throws
    public func run(_ plan: AssemblyPlan, from source: (any RangeSource)?) throws -> Result {
        guard plan.origins.count == index.chunks.count else {
            throw Failure(.internalError, "the plan is that of another file than \"\(target.name)\"")
        }
        var result = Result()
        result.kept = plan.kept
        guard let origins = try copySeeds(plan, &result) else { return result }
        // A seed may have lost what the plan found in it.
        let missing = AssemblyPlan(origins, of: index.chunks, gap: gap)
        if !missing.ranges.isEmpty {
            guard let source else {
                throw Failure(.network, "\(missing.missing) bytes of \"\(target.name)\" are not on this machine")
            }
            guard try fetch(missing, from: source, &result) else { return result }
        }
        guard try copyRepeated(origins, &result) else { return result }
        try target.finish(index.length)
        try checkKept(origins)
        result.isComplete = true
        return result
    }

    /// - Returns: the origins, `.remote` for what the seeds do not have any more; nil when it was cancelled
    private func copySeeds(_ plan: AssemblyPlan, _ result: inout Result) throws -> [AssemblyPlan.Origin]? {
        var origins = plan.origins
        let phase = "copy"
        progress(.started(phase: phase, total: plan.local, unit: .bytes))
        for (number, chunk) in index.chunks.enumerated() {
            guard case .seed(let seed, let offset) = origins[number] else { continue }
            if isCancelled() { return nil }
            let isThere = try withChunkBuffer { buffer -> Bool in
                let place = UnsafeMutableRawBufferPointer(rebasing: buffer[..<chunk.size])
                guard (try? seeds[seed].read(at: offset, into: place)) == chunk.size,
                    ChunkDigest(of: UnsafeRawBufferPointer(place)) == chunk.digest
                else { return false }
                try target.write(UnsafeRawBufferPointer(place), at: chunk.offset)
                return true
            }
            if isThere {
                result.local += chunk.size
                progress(.advanced(phase: phase, done: result.local, total: plan.local))
            } else {
                origins[number] = .remote
            }
        }
        progress(.finished(phase: phase, note: "\(result.local / 1000) kB"))
        return origins
    }

    private func fetch(_ plan: AssemblyPlan, from source: any RangeSource, _ result: inout Result) throws -> Bool {
        let phase = "download"
        progress(.started(phase: phase, total: plan.download, unit: .bytes))
        let collector = ChunkCollector(index, plan.origins, target)
        var arrived = 0
        let isComplete = try withoutActuallyEscaping(isCancelled) { isCancelled in
            try source.read(plan.ranges, isCancelled: isCancelled) { offset, bytes in
                do {
                    try collector.add(offset, bytes)
                } catch let wrong as ChunkCollector.WrongChunk {
                    throw Failure(
                        .signature,
                        "\(source.name) \(source.remark ?? "has other bytes than its index says")"
                            + " (chunk at byte \(wrong.offset))",
                        hint:
                            "the server, a cache or a proxy has another file; try again later, or another mirror"
                    )
                }
                arrived += bytes.count
                progress(.advanced(phase: phase, done: arrived, total: plan.download))
            }
        }
        result.fetched = arrived
        guard isComplete else { return false }
        progress(.finished(phase: phase, note: "\(arrived / 1000) kB in \(plan.ranges.count) ranges"))
        return true
    }

    /// Writes the chunks that the target has elsewhere.
    private func copyRepeated(_ origins: [AssemblyPlan.Origin], _ result: inout Result) throws -> Bool {
        for (number, chunk) in index.chunks.enumerated() {
            guard case .copy(let other) = origins[number] else { continue }
            if isCancelled() { return false }
            try withChunkBuffer { buffer in
                guard try holds(index.chunks[other], buffer) else { throw changed(index.chunks[other]) }
                try target.write(UnsafeRawBufferPointer(rebasing: buffer[..<chunk.size]), at: chunk.offset)
            }
            result.local += chunk.size
        }
        return true
    }

    /// Looks again at what was only looked at so far.
    private func checkKept(_ origins: [AssemblyPlan.Origin]) throws {
        try withChunkBuffer { buffer in
            for (number, chunk) in index.chunks.enumerated() where origins[number] == .kept {
                guard try holds(chunk, buffer) else { throw changed(chunk) }
            }
        }
    }

    private func changed(_ chunk: ChunkIndex.Chunk) -> Failure {
        Failure(
            .device, "\"\(target.name)\" has changed while it was written (at byte \(chunk.offset))",
            hint: "find out who else writes to it, or whether the disk is failing; the next run writes it again")
    }
}
