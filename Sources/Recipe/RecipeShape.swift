import Document

/// What a recipe may contain: the table from which recipes are checked and the JSON Schema is written.
enum RecipeShape {
    static let architectures = ["x86_64", "aarch64"]

    static let variableName = TextRule(
        first: "A-Za-z_", rest: "A-Za-z0-9_-", limit: 64,
        words: "letters, digits, \"_\" and \"-\", beginning with a letter")
    static let setName = TextRule(
        first: "A-Za-z0-9", rest: "A-Za-z0-9._-", limit: 64, words: "the name of a repository set, such as fedora")
    private static let path = TextRule(
        first: "^\\u0000-\\u001F\\u007F", rest: "^\\u0000-\\u001F\\u007F", limit: 4096, words: "a path")
    private static let size = TextRule(
        first: "0-9", rest: "0-9.KMGTkiB ", limit: 24, words: "a size with its unit, such as 512 MiB")
    private static let userName = TextRule(
        first: "a-z_", rest: "a-z0-9_-", limit: 32, words: "a user's name (lower-case letters, digits, \"_\", \"-\")")
    private static let groupName = TextRule(
        first: "a-z_", rest: "a-z0-9_-", limit: 32, words: "a group's name (lower-case letters, digits, \"_\", \"-\")")
    private static let unit = TextRule(
        first: "A-Za-z0-9_-", rest: "A-Za-z0-9:_.@\\\\-", limit: 255, words: "the name of a systemd unit")
    private static let secret = TextRule(
        first: "!-~", rest: "!-~", limit: 512, words: "a password hash made by mkpasswd, or \"!\"", isSecret: true)

    /// The whole recipe.
    static let recipe = Shape.mapping([
        .init("include", .list(.text(path)), "Recipe files, relative to this one, that are merged below it, in order."),
        .init(
            "name",
            .text(
                TextRule(
                    first: "a-z0-9", rest: "a-z0-9._-", limit: 64,
                    words: "lower-case letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit")),
            "The product's name; begins the names of all artefacts."),
        .init(
            "version",
            .text(
                TextRule(
                    first: "A-Za-z0-9", rest: "A-Za-z0-9.~+_-", limit: 64,
                    words: "a version of letters, digits, \".\", \"~\", \"+\", \"_\" and \"-\""), orNumber: true),
            "The product's version."),
        .init("arch", .choice(architectures), "The RPM architecture."),
        .init(
            "release",
            .text(
                TextRule(
                    first: "A-Za-z0-9", rest: "A-Za-z0-9._-", limit: 32,
                    words: "the release of the distribution, such as 43"),
                orNumber: true),
            "The release of the distribution: ${release} in repository addresses."),
        .init(
            "variant",
            .text(
                TextRule(
                    first: "a-z0-9", rest: "a-z0-9._-", limit: 64,
                    words: "lower-case letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit")),
            "VARIANT_ID of the image (os-release), by which an engine knows an ovirt-node; nodewright unless given."),
        .init(
            "repositories", .either([.text(setName), .list(.either([.text(setName), repository]))]),
            "Where packages come from: the name of a set (repositories/NAME.yaml beside the recipe), or a list of names and repositories."
        ),
        .init(
            "packages", .list(.text(.line)),
            "Package names, patterns, \"@groups\" and NEVRAs; a leading \"-\" excludes."),
        .init("weak-dependencies", .bool, "Whether recommended packages are installed, too; false unless given."),
        .init("overlays", .list(.either([.text(path), overlay])), "Folders that are copied over the root, in order."),
        .init("users", .list(user), "Accounts to make or to change."),
        .init("services", services, "systemd units to enable, disable and mask."),
        .init("kernel-arguments", .list(.text(.line)), "Arguments of the kernel command line, one an element."),
        .init("trim", trim, "What is removed to make the image small."),
        .init(
            "scripts", .list(.either([.text(path), script])),
            "Programs that are run inside the tree, in order, without network."),
        .init("image", image, "How artefacts are made."),
        .init(
            "variables", .dictionary(key: variableName, .text(.line, orNumber: true)),
            "Texts that replace ${NAME} everywhere in the recipe; --variable NAME=TEXT overrides."),
    ])

    private static let repository = Shape.mapping([
        .init(
            "name",
            .text(TextRule(first: "A-Za-z0-9", rest: "A-Za-z0-9._:-", limit: 64, words: "a repository's short name")),
            required: true, "The repository's short name."),
        .init(
            "baseurl", .either([.text(path), .list(.text(path))]),
            "The repository's address (file:, http:, https:), or several of the same content."),
        .init("metalink", .text(path), "The address of a metalink document that names mirrors."),
        .init("mirrorlist", .text(path), "The address of a list of mirrors."),
        .init("gpgkeys", .list(.text(path)), "The keys that may sign it: paths (relative to this file) or URLs."),
        .init("priority", .integer(1...99), "The smaller number wins; 99 unless given."),
        .init("enabled", .bool, "Whether it is used; true unless given."),
        .init("unsigned", .choice(["allow"]), "\"allow\" accepts unsigned packages and metadata."),
        .init(
            "modules", .choice(["default", "all"]), "\"default\" hides packages of other module streams, as dnf does."),
    ])

    private static let overlay = Shape.mapping([
        .init("path", .text(path), required: true, "The folder, relative to this file."),
        .init(
            "rules",
            .list(
                .mapping([
                    .init("files", .text(.line), required: true, "A pattern of absolute paths in the image."),
                    .init(
                        "mode",
                        .text(
                            TextRule(first: "0-7", rest: "0-7", limit: 5, words: "an octal mode, such as 0640"),
                            orNumber: true),
                        "Permission bits in octal."),
                    .init(
                        "owner",
                        .text(
                            TextRule(first: "a-z_", rest: "a-z0-9_:-", limit: 65, words: "an owner, such as root:wheel")
                        ),
                        "USER or USER:GROUP."),
                ])), "Exceptions from owner root:root and modes 0644 and 0755."),
    ])

    private static let user = Shape.mapping([
        .init("name", .text(userName), required: true, "The login name."),
        .init("uid", .integer(0...60000), "The user's number."),
        .init("comment", .text(.line), "The full name."),
        .init("groups", .list(.text(groupName)), "Groups besides the user's own."),
        .init("shell", .text(path), "The login shell: an absolute path."),
        .init("home", .text(path), "The home folder: an absolute path."),
        .init("ssh-keys", .list(.text(.line)), "Public keys that may log in."),
        .init("password", .text(secret), "A hash made by \"mkpasswd -m yescrypt\", or \"!\" to lock the account."),
    ])

    private static let services = Shape.mapping([
        .init("enable", .list(.text(unit)), "Units that are enabled."),
        .init("disable", .list(.text(unit)), "Units that are disabled, although a package enables them."),
        .init("mask", .list(.text(unit)), "Units that can never be started."),
    ])

    private static let script = Shape.mapping([
        .init("path", .text(path), required: true, "The program, relative to this file."),
        .init("arguments", .list(.text(.line)), "Its arguments."),
    ])

    private static let rules = Shape.list(
        .either([
            .text(.line),
            .mapping([
                .init(
                    "pattern", .either([.text(.line), .list(.text(.line))]), required: true,
                    "What it matches: a pattern or a list of patterns."),
                .init("optional", .bool, "Whether it may match nothing; false unless given."),
            ]),
        ]))

    private static let selection: [Shape.Field] = [
        .init("keep", rules, "Only what matches stays."),
        .init("remove", rules, "What matches goes."),
    ]

    private static let trim = Shape.mapping([
        .init("files", rules, "Patterns of absolute paths that are removed."),
        .init("keep-files", rules, "Patterns of absolute paths that \"files\" must not remove."),
        .init(
            "locales",
            .list(
                .text(
                    TextRule(
                        first: "A-Za-z", rest: "A-Za-z0-9_.@-", limit: 40, words: "a locale, such as en_US"))),
            "The locales that stay."),
        .init("docs", .choice(["keep", "remove"]), "Documentation: man pages, info and %doc files."),
        .init(
            "kernel-modules", .mapping(selection),
            "Kernel modules by name or path; what is kept keeps what it depends on."),
        .init(
            "firmware",
            .mapping(
                selection + [.init("referenced-only", .bool, "Remove what no remaining kernel module names.")]),
            "Firmware files by path below /usr/lib/firmware."),
    ])

    private static let image = Shape.mapping([
        .init(
            "label",
            .text(
                TextRule(
                    first: "A-Z0-9", rest: "A-Z0-9_", limit: 32,
                    words: "a volume label of at most 32 of the characters A to Z, 0 to 9 and \"_\"")),
            "The volume label of the ISO (ECMA-119, d-characters)."),
        .init(
            "compression",
            .mapping([
                .init("algorithm", .choice(["zstd", "xz"]), required: true, "The compressor of the root file system."),
                .init("level", .integer(1...22), "The level, for zstd only; 19 unless given."),
                .init("block-size", .text(size), "A power of two from 4 KiB to 1 MiB."),
            ]), "How the root file system is compressed."),
        .init(
            "sizes",
            .mapping([
                .init("iso-limit", .text(size), "The build fails when the ISO is larger."),
                .init("esp", .text(size), "The EFI system partition; 512 MiB unless given."),
                .init("slot", .text(size), "One slot; twice the root file system unless given."),
                .init("state", .text(size), "The smallest state partition; 1 GiB unless given."),
            ]), "Sizes, such as 512 MiB or 100 MB."),
    ])
}
