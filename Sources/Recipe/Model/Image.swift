public import Document

extension ResolvedRecipe {
    /// How artefacts are made.
    public struct Image: Sendable, Hashable {
        /// The compressor of the root file system.
        public enum Compression: Sendable, Hashable {
            /// Zstandard with a level from 1 to 22.
            case zstd(level: Int)
            /// LZMA2, slower and smaller.
            case xz

            /// The name in recipes and on command lines.
            public var name: String { if case .zstd = self { "zstd" } else { "xz" } }
        }

        /// The volume label of the ISO: at most 32 of the characters A to Z, 0 to 9 and `_` (ECMA-119, d-characters).
        public var label: String
        /// The compressor.
        public var compression: Compression
        /// The block size of the squashfs in bytes, a power of two from 4 KiB to 1 MiB.
        public var blockSize: Int
        /// The build fails when the ISO is larger than this many bytes; nil for no limit.
        public var isoLimit: Int?
        /// Size of the EFI system partition in bytes.
        public var espSize: Int
        /// Size of one slot in bytes; nil: twice the root file system.
        public var slotSize: Int?
        /// Smallest size of the state partition in bytes.
        public var stateSize: Int
        /// Where the recipe speaks of the image; the recipe's beginning when it does not.
        public var position: Position
    }
}
