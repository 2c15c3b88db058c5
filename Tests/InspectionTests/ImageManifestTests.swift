import Document
import Host
import Packages
import Testing
import Transfer

@testable import Inspection

@Suite struct ImageManifestTests {
    @Test func isReadAsItWasWritten() throws {
        let manifest = try Example.manifest()
        let bytes = JSON.bytes(manifest.json)
        let again = try ImageManifest(json: bytes, file: "image.json")
        #expect(again == manifest)
        #expect(JSON.bytes(again.json) == bytes)
    }

    @Test func aChainEndsAtTheRequest() throws {
        let manifest = try Example.manifest()
        let chain = manifest.chain(from: "libtinfo")
        #expect(chain.map(\.package) == ["libtinfo", "bash"])
        #expect(manifest.request(of: chain) == .init(text: "@core", place: "base.yaml:12:5"))
        #expect(manifest.chain(from: "absent").isEmpty)
        let supplement = manifest.chain(from: "langpack")
        #expect(supplement.count == 1)
        #expect(manifest.request(of: supplement) == nil)
    }

    @Test func aCircleOfReasonsEnds() throws {
        var manifest = try Example.manifest()
        manifest.packages[0].reason = .dependency(of: "libtinfo")
        #expect(manifest.chain(from: "libtinfo").count == 2)
    }

    @Test(arguments: [
        ("{", "image.json:1"),  // no JSON
        ("[]", "mapping"),
        ("{}", "is missing"),
        (#"{"format": 2}"#, "has the form 2"),
    ])
    func mistakesAreNamed(text: String, words: String) throws {
        let failure = try #require(throws: Failure.self) {
            try ImageManifest(json: Array(text.utf8), file: "image.json")
        }
        #expect(failure.description.contains(words), "\(failure)")
        #expect(failure.status == .invalidInput || failure.status == .incompatible)
    }

    /// Whatever is cut off or changed in a manifest: a value or a failure, never a crash.
    @Test func damagedManifestsAreRefusedOrRead() throws {
        let bytes = JSON.bytes(try Example.manifest().json)
        for end in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: Failure.self) { try ImageManifest(json: Array(bytes[..<end]), file: "cut") }
        }
        for place in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[place] ^= UInt8(1 << (place % 8))
            do { _ = try ImageManifest(json: changed, file: "changed") } catch is Failure {}
        }
    }
}
