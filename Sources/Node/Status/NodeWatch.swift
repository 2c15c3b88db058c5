import Bus
import CLinux
import Glibc
import Host

/// Sleeps until something has happened on a node that its status shows: a unit, an address, a file of ours, a guest.
///
/// A console is there as long as the node is: it must cost nothing while nothing happens.
public final class NodeWatch {
    /// Files come by rename and go by being removed; opening one changes nothing.
    private static let changes = UInt32(IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM)
    /// What belongs to the screen; the last one says that guests came or went.
    private static let folders = [
        "/run/nodewright", "/run/nodewright/setup", StatePartition.mountPoint + "/slots",
        StatePartition.mountPoint + "/engine", StatePartition.mountPoint + "/upgrade", "/etc/ssh", "/etc/nodewright",
        RunningGuests.folder,
    ]

    private let root: String
    private let address: String
    private let files: Int32
    private let links: Int32
    private let name: Int32
    private let answered: Int32
    private let answers: Int32
    private var watched: [Int32: String] = [:]
    private var units: UnitSignals?
    private let question = GuestQuestion()
    private var asksGuests = true
    private var asked = -Double.infinity
    private var quietUntil = -Double.infinity

    /// Begins to watch. What cannot be watched is left out.
    ///
    /// - Parameters:
    ///   - root: where the files are
    ///   - address: of the bus on which process 1 tells of its units
    public init(root: String = "/", address: String = BusConnection.systemAddress) {
        self.root = root
        self.address = address
        files = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        links = nlinux_watch_links()
        name = nlinux_open("/proc/sys/kernel/hostname", O_RDONLY | O_CLOEXEC, 0)
        var ends: [Int32] = [-1, -1]
        if nlinux_pipe(&ends) != 0 { ends = [-1, -1] }
        (answered, answers) = (ends[0], ends[1])
        renew()
    }

    // The pipe stays open: whoever asks libvirt may still write to it.
    deinit { for descriptor in [files, links, name] where descriptor >= 0 { close(descriptor) } }

    /// Whether process 1 tells of its units; otherwise they have to be asked for.
    public var isComplete: Bool { units != nil }

    /// Watches what could not be watched before: a folder that has come, a bus that was started again.
    public func renew() {
        if units == nil { units = try? UnitSignals(address: address) }
        guard files >= 0 else { return }
        for folder in Self.folders {
            // The same folder has the same number; one that was made anew has another.
            let number = inotify_add_watch(files, Path.join(root, folder), Self.changes | UInt32(IN_ONLYDIR))
            if number >= 0 { watched[number] = folder }
        }
    }

    /// Somebody has just looked at the node. Process 1 loads units that it is asked about and forgets them again, and tells of that:
    /// what it says in the next moment says nothing about the node.
    func hasLooked() { quietUntil = monotonicSeconds() + 0.5 }

    /// The guests, as far as libvirt has told; asks it when they may have changed. The answer is something that happens.
    public func guests() -> RunningGuests? {
        if let none = RunningGuests.noneWithoutAsking { return none }
        let now = monotonicSeconds()
        if asksGuests || now - asked > 60 {
            asksGuests = false
            asked = now
            let descriptor = answers
            _ = question.ask { try? File.append([1], to: descriptor, named: "pipe") }
        }
        return question.answer
    }

    /// What to wait for with poll(2).
    var descriptors: [pollfd] {
        let readable = [files, links, answered, units?.descriptor ?? -1].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        return readable + [pollfd(fd: name, events: Int16(POLLPRI), revents: 0)]
    }

    /// Takes what has happened.
    ///
    /// - Parameter polled: the descriptors with what poll(2) found
    /// - Returns: whether the node may have changed
    func take(_ polled: [pollfd]) -> Bool {
        var isOther = false
        for item in polled where item.revents != 0 && item.fd >= 0 {
            switch item.fd {
            case files: isOther = takeFiles() || isOther
            case answered:
                var buffer = [UInt8](repeating: 0, count: 64)
                _ = buffer.withUnsafeMutableBytes { read(answered, $0.baseAddress, $0.count) }
                isOther = true
            case name: isOther = takeName() || isOther
            case links:
                empty(links)
                isOther = true
            default:
                do {
                    let isNew = try units?.drain() ?? false
                    isOther = isNew && monotonicSeconds() > quietUntil || isOther
                } catch {
                    units = nil
                    isOther = true
                }
            }
        }
        return isOther
    }

    private func takeFiles() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = buffer.withUnsafeMutableBytes { read(files, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        // struct inotify_event: watch, mask, cookie, length of the name, each 4 bytes.
        var place = 0
        while place + 16 <= count {
            let words = buffer.withUnsafeBytes { bytes in
                (
                    bytes.loadUnaligned(fromByteOffset: place, as: Int32.self),
                    bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self)
                )
            }
            if watched[words.0] == RunningGuests.folder { asksGuests = true }
            place += 16 + Int(words.1)
        }
        return true
    }

    /// The kernel tells each reader once, and again after it has read.
    private func takeName() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 256)
        lseek(name, 0, SEEK_SET)
        _ = buffer.withUnsafeMutableBytes { read(name, $0.baseAddress, $0.count) }
        return true
    }

    private func empty(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        // Also when messages were lost: that something has changed is known all the same.
        while buffer.withUnsafeMutableBytes({ recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }) > 0 {}
    }
}
