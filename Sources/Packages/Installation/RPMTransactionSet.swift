import CRpm
import Host

/// librpm's transaction set.
final class RPMTransactionSet {
    let pointer: OpaquePointer

    /// An empty set that verifies nothing by itself and keeps its database below `root`.
    init(root: String = "/") throws {
        guard let pointer = rpmtsCreate() else { throw Failure(.internalError, "librpm gives no transaction set") }
        self.pointer = pointer
        rpmtsSetRootDir(pointer, root)
        let unverified = RPMVSF_NOHDRCHK.rawValue | 0x30300 | 0xC0C00
        rpmtsSetVSFlags(pointer, rpmVSFlags(unverified))
        rpmtsSetVfyLevel(pointer, 0)
    }

    deinit { rpmtsFree(pointer) }
}
