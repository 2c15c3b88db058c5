public import Document

extension ResolvedRecipe {
    /// An account; one that packages make already is changed.
    public struct User: Sendable, Hashable {
        /// The login name.
        public var name: String
        /// The number, when it must be a certain one.
        public var uid: Int?
        /// The full name.
        public var comment: String?
        /// Groups besides the user's own; they must exist in the tree.
        public var groups: [String]
        /// The login shell; nil for `/bin/bash` of a new account and no change of an existing one.
        public var shell: String?
        /// The home folder; nil for `/home/NAME` of a new account and no change of an existing one.
        public var home: String?
        /// Lines of `authorized_keys`.
        public var sshKeys: [String]
        /// A crypt(3) hash, or `!` for a locked account; nil leaves the account without a password (locked).
        public var passwordHash: String?
        /// Where the recipe says so.
        public var position: Position

        /// An account.
        public init(
            name: String, uid: Int?, comment: String?, groups: [String], shell: String?, home: String?,
            sshKeys: [String], passwordHash: String?, position: Position
        ) {
            self.name = name
            self.uid = uid
            self.comment = comment
            self.groups = groups
            self.shell = shell
            self.home = home
            self.sshKeys = sshKeys
            self.passwordHash = passwordHash
            self.position = position
        }
    }

    /// What the recipe says about systemd units; names carry their suffix (`sshd.service`).
    public struct Services: Sendable, Hashable {
        /// Enabled by preset.
        public var enable: [Located<String>]
        /// Disabled by preset.
        public var disable: [Located<String>]
        /// Linked to /dev/null.
        public var mask: [Located<String>]

        /// What is said about units.
        public init(
            enable: [Located<String>], disable: [Located<String>], mask: [Located<String>]
        ) {
            self.enable = enable
            self.disable = disable
            self.mask = mask
        }
    }
}
