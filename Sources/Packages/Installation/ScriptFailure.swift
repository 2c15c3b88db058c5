import CRpm
import Host

/// A scriptlet that ended with an error.
struct ScriptFailure {
    var package: String
    /// `%post`, `%triggerin` …
    var kind: String
    /// The last lines that it printed.
    var output: [String]

    /// The name of the scriptlet with this tag.
    static func kind(_ tag: Int) -> String {
        let names: [(rpmTag_e, String)] = [
            (RPMTAG_PREIN, "%pre"), (RPMTAG_POSTIN, "%post"), (RPMTAG_PREUN, "%preun"), (RPMTAG_POSTUN, "%postun"),
            (RPMTAG_PRETRANS, "%pretrans"), (RPMTAG_POSTTRANS, "%posttrans"), (RPMTAG_TRIGGERPREIN, "%triggerprein"),
            (RPMTAG_TRIGGERIN, "%triggerin"), (RPMTAG_TRIGGERUN, "%triggerun"),
            (RPMTAG_TRIGGERPOSTUN, "%triggerpostun"),
            (RPMTAG_FILETRIGGERIN, "%filetriggerin"), (RPMTAG_TRANSFILETRIGGERIN, "%transfiletriggerin"),
        ]
        return names.first { Int($0.0.rawValue) == tag }?.1 ?? "scriptlet \(tag)"
    }

    var failure: Failure {
        Failure(
            .invalidInput, "the \(kind) scriptlet of package \(package) failed",
            hint: "its last lines are above; a package that it needs may be missing or excluded", details: output)
    }
}
