import Document
import Host

extension RecipeDecoder {
    func image(name: String, version: String) -> ResolvedRecipe.Image {
        let node = tree["image"]
        let sizes = node?["sizes"]
        return ResolvedRecipe.Image(
            label: node?["label"]?.string ?? defaultLabel(name, version),
            compression: compression(node?["compression"]),
            blockSize: blockSize(node?["compression"]?["block-size"]),
            isoLimit: size(sizes?["iso-limit"], "iso-limit", 16 << 20...8 << 40),
            espSize: size(sizes?["esp"], "esp", 64 << 20...32 << 30) ?? 512 << 20,
            slotSize: size(sizes?["slot"], "slot", 64 << 20...1 << 40),
            stateSize: size(sizes?["state"], "state", 64 << 20...64 << 40) ?? 1 << 30,
            position: node?.position ?? tree.position)
    }

    private func defaultLabel(_ name: String, _ version: String) -> String {
        let bytes = "\(name)_\(version)".uppercased().utf8.map { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) ? byte : UInt8(ascii: "_")
        }
        return String(decoding: bytes.prefix(32), as: UTF8.self)
    }

    private func compression(_ node: Node?) -> ResolvedRecipe.Image.Compression {
        let level = node?["level"]
        guard node?["algorithm"]?.string == "xz" else { return .zstd(level: level?.integer ?? 19) }
        if let level { error(at: level.position, "xz has no level", hint: "take the level out, or use zstd") }
        return .xz
    }

    private func blockSize(_ node: Node?) -> Int {
        let standard = 128 << 10
        guard let node, let text = node.string else { return standard }
        guard let bytes = Size.bytes(text), bytes & (bytes - 1) == 0, (4 << 10...1 << 20).contains(bytes) else {
            error(
                at: node.position, "\"block-size\" must be a power of two from 4 KiB to 1 MiB, but this is \"\(text)\"")
            return standard
        }
        return bytes
    }

    private func size(_ node: Node?, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let node, let text = node.string else { return nil }
        guard let bytes = Size.bytes(text) else {
            error(
                at: node.position, "\"\(key)\" must be a size, but this is \"\(text)\"",
                hint: "write a number and a unit, such as 512 MiB, 4 GiB or 100 MB")
            return nil
        }
        if range.contains(bytes) { return bytes }
        error(
            at: node.position,
            "\"\(key)\" must be from \(Size.text(range.lowerBound)) to \(Size.text(range.upperBound)), but this is \(text)"
        )
        return nil
    }
}
