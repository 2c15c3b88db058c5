import Host
import Recipe
import Testing

/// One mistake each: what is written, and exactly what is reported.
@Suite struct MistakeTests {
    @Test(arguments: [
        // keys
        ("pakages: [a]", "1:1: error: unknown key \"pakages\"\n  hint: did you mean \"packages\"?"),
        (
            "kernel_arguments: [a]",
            "1:1: error: unknown key \"kernel_arguments\"\n  hint: did you mean \"kernel-arguments\"?"
        ),
        ("trim:\n  file: [/a]", "2:3: error: unknown key \"file\"\n  hint: did you mean \"files\"?"),
        ("name: a\nname: b", "2:1: error: the key \"name\" is given twice\n  hint: it is given first in line 1"),
        // types and texts
        (
            "packages: bash",
            "1:11: error: \"packages\" must be a list, but this is \"bash\"\n  hint: begin the line with \"- \""
        ),
        ("packages:", "1:10: error: \"packages\" must be a list, but this is nothing"),
        (
            "packages: [42]",
            "1:12: error: \"packages\" must be one line of text that is not empty, but this is \"42\"\n  hint: put it in quotes, if text is meant"
        ),
        (
            "weak-dependencies: yes",
            "1:20: error: \"weak-dependencies\" must be true or false, but this is \"yes\"\n  hint: write true or false"
        ),
        ("arch: amd64", "1:7: error: \"arch\" must be \"x86_64\" or \"aarch64\", but this is \"amd64\""),
        (
            "arch: x86-64",
            "1:7: error: \"arch\" must be \"x86_64\" or \"aarch64\", but this is \"x86-64\"\n  hint: did you mean \"x86_64\"?"
        ),
        (
            "name: My Node",
            "1:7: error: \"name\" must be lower-case letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit, but this is \"My Node\""
        ),
        (
            "version: ../x",
            "1:10: error: \"version\" must be a version of letters, digits, \".\", \"~\", \"+\", \"_\" and \"-\", but this is \"../x\""
        ),
        (
            "variant: oVirt Node",
            "1:10: error: \"variant\" must be lower-case letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit, but this is \"oVirt Node\""
        ),
        ("services: [a]", "1:11: error: \"services\" must be a mapping, but this is a list"),
        // packages
        (
            "packages: [a, b, a]",
            "1:18: error: \"a\" is given twice in \"packages\"\n  hint: it is given first in line 1"
        ),
        (
            "packages:\n  - bash\n  - -bash",
            "3:5: error: \"bash\" is excluded here, but wanted at recipe.yaml:2:5\n  hint: take one of the two out"
        ),
        (
            "packages: [a b]",
            "1:12: error: \"a b\" is not a package, pattern or group\n  hint: write one package an element"
        ),
        (
            "packages: [\"lib[a\"]",
            "1:12: error: the pattern \"lib[a\" has a \"[\" without \"]\" (character 4)\n  hint: write \"\\\\[\" for the character itself"
        ),
        ("packages: [\"*\"]", "1:12: error: \"*\" names every package\n  hint: name what is needed"),
        ("packages: [-a]", "1:11: error: the recipe asks for no packages\n  hint: list some under \"packages\""),
        // repositories
        (
            "repositories: []",
            "1:1: error: the recipe has no repositories\n  hint: name a set, such as \"repositories: fedora\", or give --repositories"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\"}",
            "2:5: error: the repository \"a\" has no gpgkeys\n  hint: name the keys that sign it, or accept anything with \"unsigned: allow\""
        ),
        (
            "repositories:\n  - {name: a, unsigned: allow}",
            "2:5: error: the repository \"a\" has no address\n  hint: give it a baseurl, a metalink or a mirrorlist"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", metalink: \"https://h/m\", unsigned: allow}",
            "2:35: error: a repository has one of baseurl, metalink and mirrorlist, but this has 2\n  hint: take all but one out"
        ),
        (
            "repositories:\n  - {name: a, baseurl: /a, unsigned: allow}",
            "2:24: error: \"/a\" is not the address of a repository\n  hint: write \"file:/a\""
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"ftp://h/a\", unsigned: allow}",
            "2:24: error: \"ftp://h/a\" is not the address of a repository\n  hint: an address begins with file:/, http:// or https://"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", gpgkeys: [\"http://h/key\"]}",
            "2:45: error: a key must not come over an unprotected connection\n  hint: use https:// or a file"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", gpgkeys: [kye.asc]}",
            "2:45: error: the key \"kye.asc\" does not exist\n  hint: did you mean \"key.asc\"?"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", unsigned: allow}\n  - {name: a, baseurl: \"file:/b\", unsigned: allow}",
            "3:12: error: the repository \"a\" is given twice\n  hint: it is given first at recipe.yaml:2:12"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", unsigned: allow, enabled: false}",
            "2:3: error: all repositories are disabled"
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", unsigned: refuse}",
            "2:45: error: \"unsigned\" must be \"allow\", but this is \"refuse\""
        ),
        (
            "repositories:\n  - {baseurl: \"file:/a\", unsigned: allow}",
            "2:5: error: \"repositories\" needs the key \"name\"\n  hint: The repository's short name."
        ),
        (
            "repositories:\n  - {name: a, baseurl: \"file:/a\", unsigned: allow, priority: 0}",
            "2:62: error: \"priority\" must be a whole number from 1 to 99, but this is \"0\""
        ),
        // overlays and scripts
        (
            "overlays: [overlya]",
            "1:12: error: the overlay \"overlya\" does not exist\n  hint: did you mean \"overlay\"?"
        ),
        ("overlays: [key.asc]", "1:12: error: the overlay \"key.asc\" is not a folder"),
        (
            "overlays: [overlay, ./overlay]",
            "1:21: error: the overlay \"overlay\" is given twice\n  hint: it is given first at recipe.yaml:1:12"
        ),
        (
            "overlays: [outside]",
            "1:12: error: the overlay \"outside\" has a link that points outside of it: etc/x -> ../../secret\n  hint: write the target as an absolute path of the image, such as /usr/share/..."
        ),
        (
            "overlays:\n  - {path: overlay, rules: [{files: etc/x, mode: \"0600\"}]}",
            "2:37: error: \"etc/x\" must be an absolute path of the image\n  hint: write \"/etc/x\""
        ),
        (
            "overlays:\n  - {path: overlay, rules: [{files: /etc/x, mode: \"0800\"}]}",
            "2:51: error: \"mode\" must be an octal mode, such as 0640, but this is \"0800\""
        ),
        (
            "overlays:\n  - {path: overlay, rules: [{files: /etc/x}]}",
            "2:29: error: this rule changes nothing\n  hint: give it a mode or an owner"
        ),
        (
            "scripts: [nowhere.sh]",
            "1:11: error: the script \"nowhere.sh\" does not exist\n  hint: paths are relative to the file that names them"
        ),
        (
            "scripts: [key.asc]",
            "1:11: error: the script \"key.asc\" does not say which program runs it\n  hint: begin it with \"#!/bin/sh\" or another interpreter of the image"
        ),
        ("scripts: [overlay]", "1:11: error: the script \"overlay\" is not a file of at most 1 MiB"),
        // users
        (
            "users: [{name: Joe}]",
            "1:16: error: \"name\" must be a user's name (lower-case letters, digits, \"_\", \"-\"), but this is \"Joe\""
        ),
        (
            "users: [{name: a, password: hunter2}]",
            "1:29: error: \"password\" must be a hash, not the password itself\n  hint: make a hash with \"mkpasswd -m yescrypt\" and write that in quotes"
        ),
        (
            "users: [{name: a, password: 123456}]",
            "1:29: error: \"password\" must be a password hash made by mkpasswd, or \"!\", but this is a whole number\n  hint: put it in quotes, if text is meant"
        ),
        (
            "users: [{name: a, password: $1$abc$def}]",
            "1:29: error: \"password\" is not a complete hash of a method that is still safe\n  hint: make a hash with \"mkpasswd -m yescrypt\" and write that in quotes"
        ),
        (
            "users: [{name: a}, {name: a}]",
            "1:20: error: the user \"a\" is given twice\n  hint: the user is given first at recipe.yaml:1:9"
        ),
        ("users: [{name: a, uid: 0}]", "1:24: error: only root may have the number 0"),
        (
            "users: [{name: a, shell: bash}]",
            "1:26: error: \"bash\" must be an absolute path of the image\n  hint: write \"/bash\""
        ),
        (
            "users: [{name: a, ssh-keys: [ssh-ed25519 AAAA]}]",
            "1:30: error: this is not a public SSH key\n  hint: give one line of a .pub file: \"ssh-ed25519 AAAA... comment\""
        ),
        (
            "users: [{name: a, ssh-keys: [-----BEGIN OPENSSH PRIVATE KEY-----]}]",
            "1:30: error: this is a private key\n  hint: give the public key, and make a new pair"
        ),
        // services
        (
            "services: {enable: [a], mask: [a.service]}",
            "1:32: error: \"a.service\" is in \"mask\" here, but in \"enable\" at recipe.yaml:1:21\n  hint: take one of the two out"
        ),
        // kernel arguments
        (
            "kernel-arguments: [quiet splash]",
            "1:20: error: \"quiet splash\" is more than one kernel argument\n  hint: write one argument an element; put a value with spaces in double quotes"
        ),
        (
            "kernel-arguments: ['a=\"b']",
            "1:20: error: the kernel argument a=\"b has a double quote without its partner"
        ),
        // trim
        (
            "trim: {files: [usr/share]}",
            "1:16: error: \"usr/share\" must be an absolute path of the image\n  hint: write \"/usr/share\""
        ),
        (
            "trim: {files: [\"/**\"]}",
            "1:16: error: \"/**\" removes the whole image or a part that nothing works without\n  hint: name what is not needed more exactly"
        ),
        (
            "trim: {files: [\"/usr/a**\"]}",
            "1:16: error: the pattern \"/usr/a**\" has \"**\" within a component\n  hint: \"**\" must stand alone between slashes; use \"*\" within a component"
        ),
        ("trim: {locales: []}", "1:17: error: \"locales\" keeps no locale at all\n  hint: name at least C or en_US"),
        (
            "trim: {kernel-modules: {keep: [kvm], remove: [kvm]}}",
            "1:47: error: \"kvm\" is removed here, but kept at recipe.yaml:1:32\n  hint: take one of the two out"
        ),
        (
            "trim: {firmware: {remove: [/usr]}}",
            "1:28: error: \"/usr\" must not begin with \"/\"\n  hint: module patterns are names or paths below /usr/lib/modules/VERSION, firmware below /usr/lib/firmware"
        ),
        // image
        (
            "image: {label: 0123456789012345678901234567890123}",
            "1:16: error: \"label\" must be a volume label of at most 32 of the characters A to Z, 0 to 9 and \"_\", but this is \"0123456789012345678901234567890123\""
        ),
        (
            "image: {label: MY NODE}",
            "1:16: error: \"label\" must be a volume label of at most 32 of the characters A to Z, 0 to 9 and \"_\", but this is \"MY NODE\""
        ),
        ("image: {sizes: {esp: 3 TiB}}", "1:22: error: \"esp\" must be from 64 MiB to 32 GiB, but this is 3 TiB"),
        ("image: {sizes: {slot: 1 MB}}", "1:23: error: \"slot\" must be from 64 MiB to 1 TiB, but this is 1 MB"),
        (
            "image: {sizes: {state: 99999999999999999999 G}}",
            "1:24: error: \"state\" must be a size, but this is \"99999999999999999999 G\"\n  hint: write a number and a unit, such as 512 MiB, 4 GiB or 100 MB"
        ),
        (
            "image: {compression: {algorithm: xz, level: 9}}",
            "1:45: error: xz has no level\n  hint: take the level out, or use zstd"
        ),
        (
            "image: {compression: {algorithm: zstd, level: 30}}",
            "1:47: error: \"level\" must be a whole number from 1 to 22, but this is \"30\""
        ),
        (
            "image: {compression: {algorithm: gzip}}",
            "1:34: error: \"algorithm\" must be \"zstd\" or \"xz\", but this is \"gzip\""
        ),
        (
            "image: {compression: {algorithm: xz, block-size: 100 KiB}}",
            "1:50: error: \"block-size\" must be a power of two from 4 KiB to 1 MiB, but this is \"100 KiB\""
        ),
        // variables
        (
            "kernel-arguments: [\"a=${nmae}\"]",
            "1:20: error: unknown variable \"${nmae}\"\n  hint: did you mean \"${name}\"?"
        ),
        (
            "variables: {a: \"${b}\", b: \"${a}\"}\nkernel-arguments: [\"${a}\"]",
            "1:16: error: the variable \"a\" contains itself: a -> b -> a"
        ),
        (
            "kernel-arguments: [\"a=${x\"]",
            "1:20: error: \"${\" without \"}\" in \"a=${x\"\n  hint: write \"$${\" for the characters themselves"
        ),
        (
            "variables: {arch: x}",
            "1:13: error: the variable \"arch\" is built in\n  hint: give the key \"arch\" of the recipe itself"
        ),
        (
            "variables: {9a: x}",
            "1:13: error: the key \"9a\" must be letters, digits, \"_\" and \"-\", beginning with a letter"
        ),
    ])
    func isReported(text: String, report: String) throws {
        let files = [
            "recipe.yaml": recipe(text), "overlay/etc/x": "x", "key.asc": "key", "secret": "s",
            "outside/etc/x": "->../../secret",
        ]
        let mistakes = try RecipeFolder.with(files) { try $0.mistakes() }
        #expect(mistakes == ["recipe.yaml:" + report])
    }

    @Test func allAreReportedInOneRun() throws {
        let text = """
            name: Node
            versoin: 1
            include: [missing.yaml]
            repositories:
              - {name: a, baseurl: nowhere, gpgkeys: [k]}
            packages: [bash, -bash, "x["]
            weak-dependencies: maybe
            overlays: [nothing]
            services:
              enable: [sshd]
              mask: [sshd]
            image: {label: ÄÖÜ, sizes: {esp: 1 B}}
            """
        let mistakes = try RecipeFolder.with(["recipe.yaml": text]) { try $0.mistakes() }
        #expect(
            mistakes.compactMap { $0.split(separator: " ").first } == [
                "recipe.yaml:1:1:", "recipe.yaml:1:1:", "recipe.yaml:1:7:", "recipe.yaml:2:1:", "recipe.yaml:3:11:",
                "recipe.yaml:5:24:", "recipe.yaml:5:43:", "recipe.yaml:6:18:", "recipe.yaml:6:25:", "recipe.yaml:7:20:",
                "recipe.yaml:8:12:", "recipe.yaml:11:10:", "recipe.yaml:12:16:", "recipe.yaml:12:34:",
            ])
    }

    @Test func variablesCannotGrowWithoutBound() throws {
        var lines = (0..<63).map { "  v\($0): \"${v\($0 + 1)}${v\($0 + 1)}\"" }
        lines.append("  v63: 0123456789")
        let mistakes = try RecipeFolder.with(["recipe.yaml": recipe("variables:\n" + lines.joined(separator: "\n"))]) {
            try $0.mistakes()
        }
        #expect(mistakes.contains { $0.hasSuffix("grows beyond 65536 bytes") })
    }

    @Test func aMissingRecipeIsNamed() throws {
        let mistakes = try RecipeFolder.with([:]) { try $0.mistakes() }
        #expect(mistakes == ["recipe.yaml: error: cannot open \"recipe.yaml\": No such file or directory"])
    }

    @Test(arguments: ["", "# nothing\n", "- a\n", "text", "\u{0}", "a: [", "{}"]) func whatIsNoRecipeIsRefused(
        text: String
    ) throws {
        let mistakes = try RecipeFolder.with(["recipe.yaml": text]) { try $0.mistakes() }
        #expect(!mistakes.isEmpty)
    }
}
