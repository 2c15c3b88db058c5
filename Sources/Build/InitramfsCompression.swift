import Recipe
import RootTree

extension ResolvedRecipe.Image.Compression {
    /// How the initramfs of such an image is compressed: the small images get the small one, quick builds the quick one.
    ///
    /// Never xz: it is unpacked by the kernel on one processor before anything else happens.
    var ofInitramfs: Initramfs.Compression {
        switch self {
        case .xz: .zstd(level: 19)
        case .zstd(let level): .zstd(level: level >= 19 ? 19 : 12)
        }
    }
}
