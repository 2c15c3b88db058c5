import Glibc
import Host
import NodeConfig

/// A config disk that comes up after the initramfs has looked for it, as sticks and the virtual CDs of management controllers do.
extension UnattendedConfiguration {
    /// Seconds after the kernel's start by which one that is there has come up. Later it is looked for once, and not waited for.
    static let diskDeadline = 45.0

    /// Looks for one on a node that nothing else configures, until it is there or the time is over.
    ///
    /// - Returns: whether there is one; what it says, or why it cannot be read, is in `reading` and `state` then
    mutating func findLateDisk(
        until deadline: Double = Self.diskDeadline, _ read: () throws -> [UInt8]? = ConfigDisk.read
    ) -> Bool {
        guard state.phase == .unconfigured else { return false }
        while true {
            let unreadable = inputs.lookForConfigDisk(read)
            let found = inputs.read(warn: { _ in })
            let disk = ConfigurationInput.Origin.configDisk.name
            if unreadable != nil || found.found.contains(where: { $0.origin == disk }) {
                let earlier = state
                reading = found
                state = ConfigurationState(reading)
                state.goOn(from: earlier)
                if let unreadable { state.addUnreadableDisk(unreadable, counts: true) }
                return true
            }
            guard LoginSession.now() < deadline, !isOvertaken else { return false }
            usleep(500_000)
        }
    }

    /// Lets the node register with the engine that such a disk names: it was not known when registration was started.
    func startRegistration() {
        guard reading.configuration.engine.address != nil else { return }
        let start = Command("systemctl", ["--no-block", "restart", "nodewright-register.service"])
        do { try start.run().check() } catch { warn("the node does not register: \(error)") }
    }
}
