import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// Under which id an engine knows a node for ever.
@Suite struct UniqueIDTests {
    private func establish(_ files: [String: String]) throws -> (id: String, again: String, file: String?) {
        var all = files
        all["run/nodewright/state/.keep"] = ""
        return try FixtureNode.with(all) { node in
            let store = RegistrationStore(root: node.root)
            let id = try UniqueID.establish(root: node.root, store: store)
            // A new start: /etc is as the image has it, the firmware may have forgotten.
            let file = try? File.readText(Path.join(node.root, "etc/vdsm/vdsm.id"))
            try Folder.remove(Path.join(node.root, "etc"))
            try Folder.remove(Path.join(node.root, "sys"))
            let again = try UniqueID.establish(root: node.root, store: RegistrationStore(root: node.root))
            return (id.text, again.text, file)
        }
    }

    @Test func theFirmwaresInSmallLetters() throws {
        let found = try establish(["sys/class/dmi/id/product_uuid": "4C4C4544-0043-3010-8052-B4C04F564231\n"])
        #expect(found.id == "4c4c4544-0043-3010-8052-b4c04f564231")
        #expect(found.again == found.id)
        #expect(found.file == found.id + "\n")
    }

    @Test(arguments: [
        "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90AB-CDDEEFAABBCC", "12345678-1234-5678-1234-56789ABCDEF0", "Not Settable",
        "Not Specified", "Not Present", "To Be Filled By O.E.M.", "11111111-2222-3333-4444-555555555555",
        "FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE", "Default string", "", "4c4c4544",
    ])
    func junkOfFirmwaresIsNoId(_ text: String) throws {
        let found = try establish(["sys/class/dmi/id/product_uuid": text + "\n"])
        #expect(found.id.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil, "\(found.id)")
        #expect(found.id != text.lowercased())
        // Random, but for ever.
        #expect(found.again == found.id)
        let other = try establish(["sys/class/dmi/id/product_uuid": text + "\n"])
        #expect(other.id != found.id)
    }

    @Test func whatIsStoredCounts() throws {
        let uuid = "4C4C4544-0043-3010-8052-B4C04F564231"
        let kept = try establish([
            "etc/vdsm/vdsm.id": "my-own:id.7\n", "sys/class/dmi/id/product_uuid": uuid,
            "run/nodewright/state/engine/unique-id": "another-one\n",
        ])
        #expect(kept.id == "my-own:id.7")
        let stored = try establish([
            "sys/class/dmi/id/product_uuid": uuid, "run/nodewright/state/engine/unique-id": "another-one\n",
        ])
        #expect(stored.id == "another-one")
        // Not what an engine would understand as something else.
        for text in ["", "None", "a b c d e f g h", "\u{1B}[31mxxxxxxxx"] {
            #expect(
                try establish(["etc/vdsm/vdsm.id": text + "\n", "sys/class/dmi/id/product_uuid": uuid]).id
                    == uuid.lowercased(), "\(text)")
        }
    }
}
