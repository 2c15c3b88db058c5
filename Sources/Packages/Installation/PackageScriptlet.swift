import CRpm

/// A script of a package that runs when the package comes or goes.
public struct PackageScriptlet: Sendable, Hashable {
    /// When it runs.
    public enum Kind: String, Sendable, CaseIterable {
        case pre, post, preun, postun, pretrans, posttrans
    }

    /// When it runs.
    public var kind: Kind
    /// The program that runs it, such as `/bin/sh`; `<lua>` runs inside librpm.
    public var interpreter: String
    /// The script; empty when the interpreter is the whole command (`%post -p /sbin/ldconfig`).
    public var body: String

    /// A script.
    public init(kind: Kind, interpreter: String, body: String) {
        self.kind = kind
        self.interpreter = interpreter
        self.body = body
    }

    /// Whether the package database keeps it for the time when the package is removed.
    public var runsLater: Bool { kind == .preun || kind == .postun }
}

extension PackageHeader {
    /// The scripts of the package.
    var scriptlets: [PackageScriptlet] {
        PackageScriptlet.Kind.allCases.compactMap { kind in
            let (body, program): (rpmTag_e, rpmTag_e) =
                switch kind {
                case .pre: (RPMTAG_PREIN, RPMTAG_PREINPROG)
                case .post: (RPMTAG_POSTIN, RPMTAG_POSTINPROG)
                case .preun: (RPMTAG_PREUN, RPMTAG_PREUNPROG)
                case .postun: (RPMTAG_POSTUN, RPMTAG_POSTUNPROG)
                case .pretrans: (RPMTAG_PRETRANS, RPMTAG_PRETRANSPROG)
                case .posttrans: (RPMTAG_POSTTRANS, RPMTAG_POSTTRANSPROG)
                }
            let script = text(body)
            let interpreter = text(program)
            if script == nil, interpreter == nil { return nil }
            return PackageScriptlet(kind: kind, interpreter: interpreter ?? "/bin/sh", body: script ?? "")
        }
    }

    /// A text of the header; of a list, the first.
    private func text(_ tag: rpmTag_e) -> String? {
        guard let data = rpmtdNew() else { return nil }
        defer { rpmtdFree(data) }
        guard headerGet(pointer, rpmTagVal(tag.rawValue), data, headerGetFlags(HEADERGET_EXT.rawValue)) == 1 else {
            return nil
        }
        defer { rpmtdFreeData(data) }
        return rpmtdNext(data) >= 0 ? rpmtdGetString(data).map { String(cString: $0) } : nil
    }
}
