import CLinux
import Glibc
import Host

/// Hears what switches say about the cables that end in this machine (LLDP, IEEE Std 802.1AB-2016); says nothing
/// itself.
///
/// Only cards that are up hear anything, and a switch speaks every 30 seconds, so it takes a while until much is known.
/// Some cards keep the frames for their own firmware (i40e, until `disable-fw-lldp` is set).
final class LLDPListener {
    /// ETH_P_LLDP in the byte order of the network.
    private static let protocolNumber = UInt16(0x88CC).bigEndian
    /// Bytes; an LLDPDU is one frame, and a longer one is none of a switch.
    private static let frameLimit = 1518
    /// Frames that are read at a time: more than cards can have brought in, so that nobody holds the wizard up by
    /// sending.
    private static let patience = 512

    private let socket: Int32
    private let clock: () -> Double
    private var joined: Set<UInt32> = []
    private var heard: [UInt32: (neighbour: LLDPFrame, end: Double)] = [:]

    /// Starts to listen on all interfaces; hears nothing, without an error, when the process may not (CAP_NET_RAW).
    ///
    /// - Parameter clock: seconds on a clock that never jumps
    init(clock: @escaping () -> Double = monotonicSeconds) {
        self.clock = clock
        // With a protocol it is bound from the start, to the frames of this protocol on all interfaces (packet(7)).
        socket = Glibc.socket(
            AF_PACKET, Int32(SOCK_RAW.rawValue) | O_CLOEXEC | O_NONBLOCK, Int32(Self.protocolNumber))
        guard socket >= 0 else { return }
        // The card itself, not the bond or bridge that it is part of.
        var isOn: Int32 = 1
        setsockopt(socket, SOL_PACKET, PACKET_ORIGDEV, &isOn, socklen_t(MemoryLayout<Int32>.size))
        // From now on the kernel notes when frames come in.
        _ = nlinux_packet_age(socket)
        join()
    }

    deinit { if socket >= 0 { close(socket) } }

    /// What stands at the other ends of the cables, by the names of the interfaces: `["eno1": "switch1 port Gi1/0/3"]`.
    ///
    /// Never waits. A neighbour is forgotten when the time that it gave has passed, or when it says goodbye.
    func neighbours() -> [String: String] {
        guard socket >= 0 else { return [:] }
        join()
        receive()
        let now = clock()
        heard = heard.filter { $0.value.end > now }
        var result: [String: String] = [:]
        for (index, entry) in heard {
            // By number until here: cards get other names while a machine starts.
            if let name = Self.name(index) { result[name] = entry.neighbour.description }
        }
        return result
    }

    /// Lets every card pass frames to the group address, which most drop; also cards that have come since.
    private func join() {
        guard let list = if_nameindex() else { return }
        defer { if_freenameindex(list) }
        var entry = list
        while entry.pointee.if_index != 0 {
            defer { entry += 1 }
            guard joined.insert(entry.pointee.if_index).inserted else { continue }
            var membership = packet_mreq()
            membership.mr_ifindex = Int32(entry.pointee.if_index)
            membership.mr_type = UInt16(PACKET_MR_MULTICAST)
            membership.mr_alen = 6
            withUnsafeMutableBytes(of: &membership.mr_address) {
                $0.copyBytes(from: [0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E])
            }
            // What has no Ethernet addresses refuses it, and has no LLDP either.
            setsockopt(
                socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, socklen_t(MemoryLayout<packet_mreq>.size))
        }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: Self.frameLimit)
        for _ in 0..<Self.patience {
            var source = sockaddr_ll()
            var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
            let count = withUnsafeMutablePointer(to: &source) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    // MSG_TRUNC: the length of the frame, even when it is longer than the buffer.
                    recvfrom(socket, &buffer, buffer.count, Int32(MSG_TRUNC), $0, &length)
                }
            }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            guard count <= buffer.count, let frame = LLDPFrame(Array(buffer[..<count])) else { continue }
            note(frame, on: UInt32(source.sll_ifindex))
        }
    }

    private func note(_ frame: LLDPFrame, on interface: UInt32) {
        if frame.timeToLive > 0 {
            // A frame may have waited here since long before it is read: nobody asks while a page waits for its answer.
            heard[interface] = (frame, clock() - nlinux_packet_age(socket) + Double(frame.timeToLive))
        } else if heard[interface]?.neighbour.isSamePort(as: frame) == true {
            heard[interface] = nil
        }
    }

    private static func name(_ index: UInt32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        guard if_indextoname(index, &buffer) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
