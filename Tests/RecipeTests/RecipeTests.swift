import Document
import Host
import Recipe
import Testing

@Suite struct RecipeTests {
    private static let recipes = Path.normalized(Path.join(Path.parent(#filePath), "../../recipes"))

    @Test(arguments: [
        ("hypervisor", "1.2~rc1", "HYPERVISOR_1_2_RC1"),
        (String(repeating: "x", count: 40), "1", String(repeating: "X", count: 32)),
    ]) func theLabelComesFromNameAndVersion(name: String, version: String, label: String) throws {
        let text = recipe("name: \(name)\nversion: \"\(version)\"\n")
        let resolved = try RecipeFolder.with(["recipe.yaml": text]) { try $0.load() }
        #expect(resolved.image.label == label)
    }

    @Test func everythingIsRead() throws {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl joe@example"
        let hash = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
        let text = recipe(
            """
            version: 1.10
            weak-dependencies: true
            packages: [bash, "lib*", "@core", -vim, "-@games", kernel-core-0:6.1-1.x86_64, /usr/bin/sh, -perl*]
            overlays:
              - path: tree
                rules: [{files: "/etc/**", mode: 0640, owner: "root:wheel"}, {files: /usr/x, owner: bin}]
            users:
              - {name: joe, uid: 1000, comment: Joe, groups: [wheel], shell: /bin/sh, home: /j, ssh-keys: ["\(key)"], password: "\(hash)"}
              - {name: root, password: "!"}
            services: {enable: [sshd, a.timer], disable: [b], mask: [c@x.socket]}
            kernel-arguments: [quiet, 'dyndbg="file a +p"']
            trim:
              files: [/usr/share/x, {pattern: [/opt, /srv], optional: true}]
              keep-files: ["/usr/share/x/y"]
              locales: [C]
              docs: remove
              kernel-modules: {keep: ["virtio_*"], remove: ["kernel/sound/**"]}
              firmware: {keep: [intel/*], referenced-only: true}
            scripts: [{path: run.sh, arguments: [a, b c]}]
            image:
              label: L
              compression: {algorithm: zstd, level: 3, block-size: 1 MiB}
              sizes: {iso-limit: 100 MB, esp: 1 GiB, slot: 1.5G, state: 4 GiB}
            """)
        let files = [
            "recipe.yaml": text, "tree/etc/x": "", "tree/etc/link": "->/usr/share/y", "tree/usr/up": "->../etc/x",
            "run.sh": "#!/bin/sh\n",
        ]
        try RecipeFolder.with(files) { folder in
            let recipe = try folder.load()
            #expect(recipe.version == "1.10")
            #expect(recipe.weakDependencies)
            #expect(
                recipe.packages.map { "\($0.action) \($0.kind) \($0.text)" } == [
                    "install name bash", "install glob lib*", "install group core", "exclude name vim",
                    "exclude group games",
                    "install name kernel-core-0:6.1-1.x86_64", "install name /usr/bin/sh", "exclude glob perl*",
                ])
            #expect(recipe.overlays[0].rules.map(\.mode) == [0o640, nil])
            #expect(recipe.overlays[0].rules.map(\.user) == ["root", "bin"])
            #expect(recipe.overlays[0].rules.map(\.group) == ["wheel", nil])
            #expect(recipe.users[0].sshKeys == [key])
            #expect(recipe.users.map(\.passwordHash) == [hash, "!"])
            #expect(recipe.services.enable.map(\.value) == ["sshd.service", "a.timer"])
            #expect(recipe.services.mask.map(\.value) == ["c@x.socket"])
            #expect(recipe.kernelArguments.map(\.value) == ["quiet", "dyndbg=\"file a +p\""])
            #expect(recipe.trim.files.map(\.isOptional) == [false, true, true])
            #expect(recipe.trim.removesDocs)
            #expect(recipe.trim.onlyReferencedFirmware)
            #expect(recipe.scripts[0].arguments == ["a", "b c"])
            #expect(recipe.image.compression == .zstd(level: 3))
            #expect(recipe.image.blockSize == 1 << 20)
            #expect(recipe.image.isoLimit == 100_000_000)
            #expect(recipe.image.slotSize == 3 << 29)
            #expect(recipe.warnings.isEmpty)
        }
    }

    @Test func theResolvedFormKnowsNothingOfPlaces() throws {
        let plain = try RecipeFolder.with(["recipe.yaml": recipe("")]) { JSON.canonical(try $0.load().json) }
        let commented = try RecipeFolder.with([
            "recipe.yaml": "# one\n\n" + recipe("include: [p.yaml]"), "p.yaml": "packages: [bash]",
        ]) {
            JSON.canonical(try $0.load().json)
        }
        #expect(plain == commented)
        let other = try RecipeFolder.with(["recipe.yaml": recipe("kernel-arguments: [quiet]")]) {
            JSON.canonical(try $0.load().json)
        }
        #expect(plain != other)
    }

    @Test(arguments: ["lab", "lab-updates", "fedora", "centos-stream"]) func theProductIsFine(set: String) throws {
        let path = Path.join(Self.recipes, "hypervisor.yaml")
        let recipe = try Recipe.load(path: path, repositories: [set], lab: "/lab")
        #expect(recipe.name == "hypervisor")
        #expect(recipe.variant == "nodewright")
        #expect(recipe.kernelArguments.map(\.value).contains("console=ttyS0,115200"))
        #expect(recipe.packages.contains { $0.text == "kernel-core" })
        #expect(recipe.repositories.allSatisfy { !$0.allowsUnsigned && !$0.gpgKeys.isEmpty })
    }

    @Test(arguments: ["fedora", "centos-stream"]) func theHostAgentCanBeAdded(set: String) throws {
        let recipes = Self.recipes
        // A recipe of one's own stands anywhere; sets are found beside what it includes.
        try Folder.withTemporary(in: Path.parent(recipes), prefix: ".recipe-test") { folder in
            let path = Path.join(folder, "own.yaml")
            try File.write(path, "include: [../recipes/hypervisor.yaml, ../recipes/vdsm.yaml]\nname: own\n")
            let recipe = try Recipe.load(path: path, repositories: [set], lab: "/lab")
            #expect(recipe.name == "own")
            #expect(recipe.repositories.contains { $0.name == "ovirt" })
            #expect(recipe.packages.contains { $0.text == "vdsm" })
            // What "nodectl check" looks for.
            #expect(recipe.variant == "ovirt-node")
            #expect(throws: RecipeErrors.self) { try Recipe.load(path: path, lab: "/lab") }
        }
    }
}
