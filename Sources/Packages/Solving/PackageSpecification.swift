import Host

/// What a request such as `bash`, `bash-5.1.8-9.el9`, `kernel*` or `glibc.i686` may mean: hawkey's forms, most specific first.
struct PackageSpecification {
    /// One way to read a request; nil stands for "any".
    struct Form: Equatable {
        var name: String
        var epoch: Int?
        var version: String?
        var release: String?
        var architecture: String?

        var isJustName: Bool { epoch == nil && version == nil && release == nil && architecture == nil }
    }

    /// The readings in the order in which they are tried.
    static func forms(_ text: String) -> [Form] {
        guard !text.isEmpty, !text.contains(where: { "(/=<> ".contains($0) }) else { return [] }
        let withArchitecture = splitLast(text, ".")
        var forms: [Form] = []
        if let (rest, architecture) = withArchitecture, !architecture.contains("-"), !architecture.contains(":"),
            let form = nameVersionRelease(rest, architecture)
        {
            forms.append(form)
        }
        if let (name, architecture) = withArchitecture, !name.contains(":"), !architecture.contains("-"),
            !architecture.contains(":")
        {
            forms.append(Form(name: name, architecture: architecture))
        }
        if !text.contains(":") { forms.append(Form(name: text)) }
        if let form = nameVersionRelease(text, nil) { forms.append(form) }
        if let (name, version) = splitLast(text, "-"), let (epoch, plain) = splitEpoch(version), !name.contains(":") {
            forms.append(Form(name: name, epoch: epoch, version: plain))
        }
        return forms
    }

    private static func nameVersionRelease(_ text: String, _ architecture: String?) -> Form? {
        guard let (rest, release) = splitLast(text, "-"), !release.contains(":"),
            let (name, version) = splitLast(rest, "-"), !name.contains(":"), let (epoch, plain) = splitEpoch(version)
        else { return nil }
        return Form(name: name, epoch: epoch, version: plain, release: release, architecture: architecture)
    }

    private static func splitLast(_ text: String, _ separator: Character) -> (String, String)? {
        guard let index = text.lastIndex(of: separator), index != text.startIndex else { return nil }
        let tail = text[text.index(after: index)...]
        return tail.isEmpty ? nil : (String(text[..<index]), String(tail))
    }

    private static func splitEpoch(_ version: String) -> (Int?, String)? {
        guard let colon = version.firstIndex(of: ":") else { return (nil, version) }
        let rest = version[version.index(after: colon)...]
        guard let epoch = Int(version[..<colon]), epoch >= 0, !rest.isEmpty, !rest.contains(":") else { return nil }
        return (epoch, String(rest))
    }
}
