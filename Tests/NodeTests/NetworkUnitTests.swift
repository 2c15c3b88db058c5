import Host
import Testing

/// What runs because NetworkManager is started must not be a part of its start: it asks NetworkManager, and waits for answers.
@Suite struct NetworkUnitTests {
    private static let folder = Path.normalized(
        Path.join(Path.parent(#filePath), "../../packaging/units/systemd/system"))

    private func settings(_ file: String) throws -> [Substring] {
        try File.readText(Path.join(Self.folder, file)).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    @Test func networkManagerOnlyAsksForIt() throws {
        #expect(try Folder.list(Path.join(Self.folder, "NetworkManager.service.d")) == ["50-nodewright.conf"])
        #expect(
            try settings("NetworkManager.service.d/50-nodewright.conf")
                == ["[Unit]", "Wants=nodewright-recover-network.service"])
    }

    /// Without RemainAfterExit, so that each start of NetworkManager starts it again; after it, before nothing, not "starting" for
    /// as long as it runs, in a bounded time.
    @Test func itComesAfterNetworkManagerAndBeforeNothing() throws {
        let unit = try settings("nodewright-recover-network.service")
        #expect(unit.contains("After=NetworkManager.service") && unit.contains("Type=exec"))
        #expect(unit.contains { $0.hasPrefix("RuntimeMaxSec=") })
        for word in ["Before=", "RequiredBy=", "WantedBy=", "RemainAfterExit=", "Requires=", "BindsTo=", "PartOf="] {
            #expect(!unit.contains { $0.hasPrefix(word) }, "\(word)")
        }
    }
}
