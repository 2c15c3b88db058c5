/// One file of a package that is being made, with everything the RPM header says about it.
struct LabFile: Sendable {
    enum Kind: Sendable { case regular, folder, link }

    /// The absolute path on the installed system.
    var path: String
    var kind: Kind
    /// Permission bits with setuid, setgid and sticky.
    var mode: UInt32
    var user = "root"
    var group = "root"
    var modified = 0
    var content: [UInt8] = []
    var linkTarget = ""
    /// Another path of the same package that shares this file's content; the content stands with one of them only.
    var hardLink: String?
    /// RPMFILE bits.
    var flags: UInt32 = 0
    /// The locale that the file belongs to; empty for all.
    var language = ""
    /// File capabilities in the text form of `setcap`.
    var capabilities = ""

    static let configuration: UInt32 = 1 << 0
    static let documentation: UInt32 = 1 << 1
    static let noReplace: UInt32 = 1 << 4
    static let ghost: UInt32 = 1 << 6
    static let license: UInt32 = 1 << 7

    init(path: String, kind: Kind, mode: UInt32) {
        self.path = path
        self.kind = kind
        self.mode = mode
    }
}
