import Host

/// The guests of this node.
public enum RunningGuests {
    /// How many run; nil when libvirt does not answer.
    public static var count: Int? {
        guard Environment.program("virsh") != nil else { return nil }
        let command = Command(
            "timeout", ["5", "virsh", "--readonly", "--connect", "qemu:///system", "list", "--state-running", "--name"])
        guard let result = try? command.run(), result.status == 0 else { return nil }
        return result.text.split(separator: "\n").count
    }
}
