public import Document

extension ResolvedRecipe {
    /// What is removed to make the image small.
    public struct Trim: Sendable, Hashable {
        /// One pattern; a rule that matches nothing is an error unless it is optional.
        public struct Rule: Sendable, Hashable {
            /// What it matches.
            public var pattern: Glob
            /// Whether it may match nothing.
            public var isOptional: Bool
            /// Where the recipe says so.
            public var position: Position

            /// A rule.
            public init(
                pattern: Glob, isOptional: Bool, position: Position
            ) {
                self.pattern = pattern
                self.isOptional = isOptional
                self.position = position
            }
        }

        /// A choice among kernel modules or firmware files.
        ///
        /// With `keep`, only what matches stays (and, for modules, what it depends on); then `remove` takes away, except what
        /// something that was kept by name depends on.
        public struct Selection: Sendable, Hashable {
            /// What stays; empty: everything.
            public var keep: [Rule]
            /// What goes.
            public var remove: [Rule]

            /// A choice.
            public init(
                keep: [Rule], remove: [Rule]
            ) {
                self.keep = keep
                self.remove = remove
            }
        }

        /// Files and folders of the image, absolute patterns; a folder goes with all below it.
        public var files: [Rule]
        /// Patterns that no rule of `files` may take away.
        public var keepFiles: [Rule]
        /// The locales that stay (`en_US`, `C`); nil keeps all.
        public var locales: [Located<String>]?
        /// Whether documentation (man pages, info, `%doc` files) is removed.
        public var removesDocs: Bool { docs != nil }
        /// Where the recipe removes documentation; nil keeps it.
        public var docs: Position?
        /// Kernel modules: a pattern without `/` matches module names (`virtio_*`, `-` and `_` being the same), one with `/`
        /// paths below `/usr/lib/modules/VERSION` (`kernel/drivers/gpu/**`).
        public var kernelModules: Selection
        /// Firmware: paths below `/usr/lib/firmware`.
        public var firmware: Selection
        /// Whether firmware that no remaining kernel module names is removed, whatever `firmware` keeps by pattern aside.
        public var onlyReferencedFirmware: Bool { referencedFirmware != nil }
        /// Where the recipe says so; nil keeps all firmware.
        public var referencedFirmware: Position?

        /// What is removed.
        public init(
            files: [Rule], keepFiles: [Rule], locales: [Located<String>]?, docs: Position?, kernelModules: Selection,
            firmware: Selection, referencedFirmware: Position?
        ) {
            self.files = files
            self.keepFiles = keepFiles
            self.locales = locales
            self.docs = docs
            self.kernelModules = kernelModules
            self.firmware = firmware
            self.referencedFirmware = referencedFirmware
        }
    }
}
