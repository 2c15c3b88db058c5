public import Document

extension ResolvedRecipe {
    /// One source of packages.
    public struct Repository: Sendable, Hashable {
        /// Where the metadata and packages are found.
        public enum Source: Sendable, Hashable {
            /// One or more addresses of the same repository (`file:`, `http:`, `https:`), tried in order.
            case baseURLs([String])
            /// The address of a metalink document, which names mirrors and the checksum of `repomd.xml`.
            case metalink(String)
            /// The address of a list of base URLs, one a line.
            case mirrorList(String)
        }

        /// Its short name, unique in the recipe: `fedora`, `updates`.
        public var name: String
        /// Where it is.
        public var source: Source
        /// The keys that may sign it: absolute paths or URLs.
        public var gpgKeys: [String]
        /// The smaller number wins when several repositories have a package, from 1 to 99; 99 unless the recipe says so.
        public var priority: Int
        /// Whether unsigned packages and metadata are accepted (`unsigned: allow`).
        public var allowsUnsigned: Bool
        /// Whether packages of module streams that are not the default are hidden, as dnf does.
        public var filtersModules: Bool
        /// Where the recipe says so.
        public var position: Position
    }
}
