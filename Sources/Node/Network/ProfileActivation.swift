import Bus
import Glibc
import Host

/// Brings the profiles of a plan up on the running NetworkManager, and back down what ran before.
struct ProfileActivation {
    let manager: NetworkManager
    let profiles: ProfileFolder
    let progress: ProgressSink

    /// Lets the profiles of a plan take the place of those that go.
    ///
    /// - Parameter before: what ran before
    /// - Throws: when NetworkManager refuses a profile; the others are as far as they got
    func switchOver(to plan: NetworkPlan, from before: NetworkManager.Snapshot) throws {
        for profile in plan.added { try profiles.write(profile) }
        try manager.load(profiles.paths(plan.added.map(\.file)))
        takeDown(plan, before)
        try bringUp(plan.added)
    }

    /// Takes down what would be in the way, and what nothing takes the place of.
    private func takeDown(_ plan: NetworkPlan, _ before: NetworkManager.Snapshot) {
        let devices = Dictionary(before.devices.map { ($0.path, $0) }) { $1 }
        let used = Dictionary(before.profiles.map { ($0.path, $0) }) { $1 }
        var leaving: Set<String> = []
        for activation in before.activations {
            guard let profile = used[activation.profile] else { continue }
            let file = Path.name(profile.file)
            guard plan.removed.contains(file) || !plan.profiles.all.isEmpty && Self.isTemporary(profile) else {
                continue
            }
            let stays = activation.devices.contains { plan.devices.contains(devices[$0]?.name ?? "") }
            // The number of a VLAN that exists cannot be changed; other devices take a new profile while they are there.
            guard !stays || profiles.text(file).contains("\n[vlan]\n") else { continue }
            try? manager.deactivate(activation.path)
            for device in activation.devices.compactMap({ devices[$0] }) {
                // Or NetworkManager would bring the card up again by itself.
                if device.isCard { try? manager.disconnect(device.path) } else { leaving.insert(device.name) }
            }
        }
        // NetworkManager removes devices that it has made after it has answered, and refuses the new VLAN until then.
        poll(seconds: 10) { $0.devices.allSatisfy { !leaving.contains($0.name) } }
    }

    /// Looks again and again until what NetworkManager knows is as it should be, or the time is over.
    private func poll(seconds: Double, until isDone: (NetworkManager.Snapshot) -> Bool) {
        let end = monotonicSeconds() + seconds
        while let snapshot = try? manager.snapshot(), !isDone(snapshot), monotonicSeconds() < end { usleep(300_000) }
    }

    private func bringUp(_ added: [NetworkProfile]) throws {
        let snapshot = try manager.snapshot()
        for profile in added {
            guard let path = snapshot.profiles.first(where: { Path.name($0.file) == profile.file })?.path else {
                throw Failure(.internalError, "NetworkManager has not read the profile of \(profile.name)")
            }
            progress(.started(phase: "bringing up \(profile.name)", total: nil, unit: .items))
            _ = try during("interface \(profile.name)") { try manager.activate(path) }
        }
    }

    /// Removes the profiles that stood in for a configuration, and keeps NetworkManager from inventing others from now on.
    func removeTemporary() throws {
        try BootNetwork.writeConfiguration(root: "/")
        try manager.reloadConfiguration()
        for profile in try manager.snapshot().profiles where Self.isTemporary(profile) {
            try manager.delete(profile: profile.path)
        }
    }

    /// Whether a profile stands in for a configuration: NetworkManager has made it up, or the initramfs has left it.
    private static func isTemporary(_ profile: NetworkManager.Profile) -> Bool {
        profile.isMadeUp || BootNetwork.isFromInitramfs(file: profile.file)
    }

    /// Takes a change back: the new profiles go, and what ran before runs again.
    ///
    /// - Parameter hasCheckpoint: whether NetworkManager still knows the checkpoint of the change; where it was started again it
    ///   does not, and the change is undone step by step
    func goBack(_ pending: PendingChange, hasCheckpoint: Bool) throws {
        if hasCheckpoint { _ = try manager.rollback(to: pending.checkpoint) }
        for file in pending.added { try profiles.remove(file) }
        // A NetworkManager that was started again does not know that the profiles are gone.
        try manager.reloadProfiles()
        removeNewDevices(pending)
        restore(pending)
    }

    private func removeNewDevices(_ pending: PendingChange) {
        guard let snapshot = try? manager.snapshot() else { return }
        for device in snapshot.devices where pending.madeDevices.contains(device.name) {
            try? manager.delete(device: device.path)
        }
    }

    /// Brings up again what was up before the change and is not, and waits a while for it, so that what we say is so.
    ///
    /// NetworkManager goes back step by step after it has answered. A VLAN whose number was changed comes back only when the other
    /// one of its name is gone, so that it is tried again.
    private func restore(_ pending: PendingChange) {
        poll(seconds: 15) { snapshot in
            let paths = Dictionary(snapshot.profiles.map { (Path.name($0.file), $0.path) }) { $1 }
            var isDone = true
            for before in pending.before where !before.file.isEmpty {
                guard let profile = paths[before.file] else { continue }
                let states = snapshot.activations.filter { $0.profile == profile }.map(\.state)
                if states.contains(.activated) { continue }
                isDone = false
                if states.contains(.activating) { continue }
                let device = snapshot.devices.first { $0.name == before.device }
                _ = try? manager.activate(profile, on: device?.path)
            }
            return isDone
        }
    }
}
