import Document
import Host

/// What the image of the running system says about itself, as far as an installation has to know it
/// (`/usr/lib/nodewright/image.json`).
public struct InstalledImage: Sendable {
    /// The name and the version of its recipe.
    public let name: String, version: String
    /// `x86_64`
    public let architecture: String
    /// The recipe's kernel arguments.
    public let kernelArguments: [String]
    /// Bytes of the EFI system partition, of a slot (twice the root file system unless the recipe says so) and of the smallest
    /// state partition.
    let esp: Int, slot: Int?, state: Int

    /// - Parameter root: `/`, or a fixture
    /// - Throws: when the image says nothing
    init(root: String) throws {
        let path = Path.join(root, "usr/lib/nodewright/image.json")
        guard File.exists(path) else {
            throw Failure(
                .incompatible, "this system does not say what it is made of (\"\(path)\" is missing)",
                hint: "install from a medium that nodewright has built")
        }
        let node = try JSON.parse(try File.read(path, limit: 16 << 20), file: path)
        let diagnostics = Diagnostics()
        let reader = MappingReader(node, diagnostics)
        name = reader.string("name") ?? ""
        version = reader.string("version") ?? ""
        architecture = reader.string("arch") ?? ""
        kernelArguments = reader.strings("kernel-arguments")
        let sizes = reader.mapping("sizes", required: false)
        esp = sizes?.integer("esp", required: false) ?? 512 << 20
        slot = sizes?.node("slot", required: false)?.integer
        state = sizes?.integer("state", required: false) ?? 1 << 30
        try diagnostics.throwFirst()
    }

    /// As the boot menu shows it.
    var title: String { "\(name) \(version)" }
}
