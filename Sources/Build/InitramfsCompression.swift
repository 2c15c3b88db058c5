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

    /// How what starting over the network needs beside it is compressed.
    ///
    /// It is made once for each set of packages, and fetched at every start of every node: it pays to try hard, unless the recipe
    /// itself is in a hurry.
    var ofNetworkInitramfs: Initramfs.Compression {
        if case .zstd(let level) = self, level < 10 { .zstd(level: level) } else { .zstd(level: 19) }
    }
}
