import CLinux
import Host

/// The clock of the node, by which certificates are judged.
enum KernelClock {
    /// Whether somebody keeps it right: whoever does says so to the kernel (adjtimex(2)).
    static func isRight() -> Bool { nlinux_clock_is_right() == 1 }
}

extension Failure {
    /// Whether a certificate is refused because of its dates, which may pass when the clock is set.
    ///
    /// The words are OpenSSL's for X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED, and those of `WebClient` and
    /// `EngineTrust`.
    var isAboutValidity: Bool {
        let words = [
            "certificate is not yet valid", "certificate has expired", " is not valid yet", " is not valid any more",
        ]
        return status == .signature
            && ([message] + details).contains { line in words.contains { line.contains($0) } }
    }
}
