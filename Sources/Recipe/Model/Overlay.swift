public import Document

extension ResolvedRecipe {
    /// A folder that is copied over the root, with real files at their real paths.
    public struct Overlay: Sendable, Hashable {
        /// Owner and mode of the files that a pattern matches; later rules win.
        ///
        /// Without a rule a file belongs to root:root and has mode 0644, or 0755 when its owner may execute it; folders have
        /// mode 0755, and folders that exist in the root keep what they have. What group and others may not touch on the build
        /// host has mode 0600 or 0700.
        public struct Rule: Sendable, Hashable {
            /// Paths below the root of the image.
            public var files: Glob
            /// Permission bits, at most 0o7777.
            public var mode: UInt32?
            /// The user's name.
            public var user: String?
            /// The group's name.
            public var group: String?
            /// Where the recipe says so.
            public var position: Position

            /// A rule.
            public init(
                files: Glob, mode: UInt32?, user: String?, group: String?, position: Position
            ) {
                self.files = files
                self.mode = mode
                self.user = user
                self.group = group
                self.position = position
            }
        }

        /// The folder.
        public var path: String
        /// Exceptions from the default owners and modes.
        public var rules: [Rule]
        /// Where the recipe says so.
        public var position: Position

        /// An overlay.
        public init(
            path: String, rules: [Rule], position: Position
        ) {
            self.path = path
            self.rules = rules
            self.position = position
        }
    }

    /// A program of the recipe that runs inside the tree, as root of the tree, without network.
    public struct Script: Sendable, Hashable {
        /// The file on the build host.
        public var path: String
        /// Its arguments.
        public var arguments: [String]
        /// Where the recipe says so.
        public var position: Position

        /// A script.
        public init(
            path: String, arguments: [String], position: Position
        ) {
            self.path = path
            self.arguments = arguments
            self.position = position
        }
    }
}
