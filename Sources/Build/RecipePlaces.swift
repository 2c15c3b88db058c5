import Document
import Host
import Recipe
import Transfer

/// The places of a recipe as the image's manifest names them: seen from the recipe's folder, so that they are the same wherever
/// the recipe lies.
struct RecipePlaces {
    private var texts: [String: String] = [:]
    /// A checksum over all places: they are in the image, so they are part of what it is made from.
    let identity: Checksum

    init(_ recipe: ResolvedRecipe) {
        let folder = Path.parent(Path.absolute(recipe.file)).split(separator: "/")
        let trim = recipe.trim
        let rules =
            trim.files + trim.keepFiles + trim.kernelModules.keep + trim.kernelModules.remove + trim.firmware.keep
            + trim.firmware.remove
        let positions =
            recipe.packages.map(\.position) + recipe.overlays.map(\.position)
            + recipe.overlays.flatMap { $0.rules.map(\.position) } + recipe.users.map(\.position)
            + rules.map(\.position) + (trim.locales ?? []).map(\.position)
            + [trim.docs, trim.referencedFirmware].compactMap { $0 }
        var digest = Digest()
        for position in positions {
            let text = "\(Self.relative(position.file, folder)):\(position.line):\(position.column)"
            texts["\(position)"] = text
            digest.update(field: text)
        }
        identity = digest.finish()
    }

    /// A position, as text, seen from the recipe's folder; nil for text that is no place of the recipe.
    subscript(_ position: String) -> String? { texts[position] }

    /// Text to text, for a job.
    var table: [String: String] { texts }

    private static func relative(_ file: String, _ folder: [Substring]) -> String {
        let parts = Path.absolute(file).split(separator: "/")
        let common = zip(folder, parts.dropLast()).prefix { $0 == $1 }.count
        return ([String](repeating: "..", count: folder.count - common) + parts[common...].map(String.init)).joined(
            separator: "/")
    }
}
