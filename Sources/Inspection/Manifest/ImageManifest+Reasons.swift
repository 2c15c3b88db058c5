import Packages

extension ImageManifest {
    /// One step of an answer to "why is this here": a package with the reason for it.
    public struct Step: Sendable, Equatable {
        /// The package's name.
        public var package: String
        /// Why it is there.
        public var reason: PackageReason
    }

    /// From a package to the request that brought it in: each step's reason names the package of the next.
    ///
    /// - Parameter name: the name of a package
    /// - Returns: empty when the image has no such package; ends early where a reason names none
    public func chain(from name: String) -> [Step] {
        var reasons: [String: PackageReason] = [:]
        for package in packages where reasons[package.facts.name] == nil {
            reasons[package.facts.name] = package.reason
        }
        var steps: [Step] = []
        var next: String? = name
        // A manifest may come from anywhere, so the chain may be a circle.
        var seen: Set<String> = []
        while let name = next, let reason = reasons[name], seen.insert(name).inserted {
            steps.append(Step(package: name, reason: reason))
            switch reason {
            case .dependency(let other), .recommendation(let other): next = other
            case .request, .supplement: next = nil
            }
        }
        return steps
    }

    /// The recipe's line behind a chain; nil when the chain does not end at one.
    public func request(of chain: [Step]) -> Request? {
        guard case .request(let text)? = chain.last?.reason else { return nil }
        // The solver notes "@group if package" for members that a group has under a condition.
        let plain = text.firstRange(of: " if ").map { String(text[..<$0.lowerBound]) } ?? text
        return requests.first { $0.text == plain }
    }
}
