import Recipe
import RootTree

extension ResolvedRecipe.Image.Compression {
    /// How the initramfs of such an image is compressed.
    ///
    /// Never xz: it is unpacked by the kernel on one processor before anything else happens. Level 12 of zstd, unless the recipe
    /// asks for the best level: that takes nine times as long, for a tenth of 17 MB.
    var ofInitramfs: Initramfs.Compression {
        if case .zstd(let level) = self, level >= 19 { .zstd(level: 19) } else { .zstd(level: 12) }
    }
}
