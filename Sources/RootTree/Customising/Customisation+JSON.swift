import Document
import Host
import Recipe
import Sandbox

/// The job as it travels to the worker.
extension Customisation {
    func json(rung: Rung) -> [UInt8] {
        let object: JSONValue = [
            "rung": .string(rung.rawValue), "name": .string(name), "version": .string(version),
            "variant": .string(variant), "base": .string(base), "stage": .string(stage), "epoch": .integer(epoch),
            "overlays": .array(
                overlays.map { overlay in
                    [
                        "path": .string(overlay.path), "position": Self.json(overlay.position),
                        "rules": .array(overlay.rules.map(Self.json)),
                    ]
                }),
            "users": .array(users.map(Self.json)),
            "enable": Self.json(services.enable), "disable": Self.json(services.disable),
            "mask": Self.json(services.mask),
            "scripts": .array(
                scripts.map {
                    ["path": .string($0.path), "arguments": .strings($0.arguments), "position": Self.json($0.position)]
                }),
            "trim": [
                "files": Self.json(trim.files), "keepFiles": Self.json(trim.keepFiles),
                "locales": trim.locales.map(Self.json) ?? .null, "docs": trim.docs.map(Self.json) ?? .null,
                "modules": Self.json(trim.kernelModules), "firmware": Self.json(trim.firmware),
                "referenced": trim.referencedFirmware.map(Self.json) ?? .null,
            ],
        ]
        return JSON.bytes(object)
    }

    static func read(json: [UInt8]) throws -> (Customisation, Rung) {
        let node = try JSON.parse(json, file: "the job", limit: JSON.largestLimit)
        guard let rung = Rung(rawValue: try node.text("rung")), let epoch = node["epoch"]?.integer,
            let trim = node["trim"]
        else {
            throw Failure(.internalError, "the job of the worker \"\(workerName)\" is incomplete")
        }
        let customisation = Customisation(
            name: try node.text("name"), version: try node.text("version"), variant: try node.text("variant"),
            overlays: try node.list("overlays").map { overlay in
                .init(
                    path: try overlay.text("path"), rules: try overlay.list("rules").map(Self.overlayRule),
                    position: try overlay.place())
            },
            users: try node.list("users").map(Self.user),
            services: .init(
                enable: try node.list("enable").map(Self.located), disable: try node.list("disable").map(Self.located),
                mask: try node.list("mask").map(Self.located)),
            trim: .init(
                files: try trim.list("files").map(Self.trimRule),
                keepFiles: try trim.list("keepFiles").map(Self.trimRule),
                locales: try trim["locales"]?.sequence?.map(Self.located), docs: try trim.optionalPlace("docs"),
                kernelModules: try Self.selection(trim["modules"]), firmware: try Self.selection(trim["firmware"]),
                referencedFirmware: try trim.optionalPlace("referenced")),
            scripts: try node.list("scripts").map { script in
                .init(
                    path: try script.text("path"), arguments: try script.list("arguments").compactMap(\.string),
                    position: try script.place())
            },
            base: try node.text("base"), stage: try node.text("stage"), epoch: epoch)
        return (customisation, rung)
    }

    init(
        name: String, version: String, variant: String, overlays: [ResolvedRecipe.Overlay],
        users: [ResolvedRecipe.User], services: ResolvedRecipe.Services, trim: ResolvedRecipe.Trim,
        scripts: [ResolvedRecipe.Script], base: String, stage: String, epoch: Int
    ) {
        self.name = name
        self.version = version
        self.variant = variant
        self.overlays = overlays
        self.users = users
        self.services = services
        self.trim = trim
        self.scripts = scripts
        self.base = base
        self.stage = stage
        self.epoch = epoch
    }

    // MARK: - Parts

    private static func json(_ position: Position) -> JSONValue {
        [.string(position.file), .integer(position.line), .integer(position.column)]
    }

    private static func json(_ values: [Located<String>]) -> JSONValue {
        .array(values.map { ["value": .string($0.value), "position": json($0.position)] })
    }

    private static func located(_ node: Node) throws -> Located<String> {
        Located(try node.text("value"), at: try node.place())
    }

    private static func json(_ rules: [ResolvedRecipe.Trim.Rule]) -> JSONValue {
        .array(
            rules.map {
                ["pattern": .string($0.pattern.text), "optional": .bool($0.isOptional), "position": json($0.position)]
            })
    }

    private static func trimRule(_ node: Node) throws -> ResolvedRecipe.Trim.Rule {
        .init(
            pattern: try Glob(try node.text("pattern")), isOptional: node["optional"]?.bool ?? false,
            position: try node.place())
    }

    private static func json(_ selection: ResolvedRecipe.Trim.Selection) -> JSONValue {
        ["keep": json(selection.keep), "remove": json(selection.remove)]
    }

    private static func selection(_ node: Node?) throws -> ResolvedRecipe.Trim.Selection {
        guard let node else { return .init(keep: [], remove: []) }
        return .init(keep: try node.list("keep").map(trimRule), remove: try node.list("remove").map(trimRule))
    }

    private static func json(_ rule: ResolvedRecipe.Overlay.Rule) -> JSONValue {
        [
            "files": .string(rule.files.text), "mode": .optional(rule.mode.map { Int($0) }),
            "user": .optional(rule.user),
            "group": .optional(rule.group), "position": json(rule.position),
        ]
    }

    private static func overlayRule(_ node: Node) throws -> ResolvedRecipe.Overlay.Rule {
        .init(
            files: try Glob(try node.text("files")), mode: node["mode"]?.integer.map { UInt32(clamping: $0) },
            user: node["user"]?.string, group: node["group"]?.string, position: try node.place())
    }

    private static func json(_ user: ResolvedRecipe.User) -> JSONValue {
        [
            "name": .string(user.name), "uid": .optional(user.uid), "comment": .optional(user.comment),
            "groups": .strings(user.groups), "shell": .optional(user.shell), "home": .optional(user.home),
            "keys": .strings(user.sshKeys), "password": .optional(user.passwordHash), "position": json(user.position),
        ]
    }

    private static func user(_ node: Node) throws -> ResolvedRecipe.User {
        .init(
            name: try node.text("name"), uid: node["uid"]?.integer, comment: node["comment"]?.string,
            groups: try node.list("groups").compactMap(\.string), shell: node["shell"]?.string,
            home: node["home"]?.string,
            sshKeys: try node.list("keys").compactMap(\.string), passwordHash: node["password"]?.string,
            position: try node.place())
    }
}

extension Node {
    fileprivate func list(_ key: String) throws -> [Node] {
        guard let list = self[key]?.sequence else {
            throw Failure(.internalError, "\(position): \"\(key)\" is missing")
        }
        return list
    }

    fileprivate func optionalPlace(_ key: String) throws -> Position? {
        self[key]?.sequence == nil ? nil : try place(key)
    }

    fileprivate func place(_ key: String = "position") throws -> Position {
        let parts = try list(key)
        guard parts.count == 3, let file = parts[0].string, let line = parts[1].integer, let column = parts[2].integer
        else {
            throw Failure(.internalError, "\(position): the position is damaged")
        }
        return Position(file: file, line: line, column: column)
    }
}
