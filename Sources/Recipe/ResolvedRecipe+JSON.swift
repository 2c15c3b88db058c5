public import Document
import Host

extension ResolvedRecipe {
    /// Everything that shapes the result, without the places: what `check --json` prints and keys of caches are made of.
    ///
    /// Comments, blank lines and the cut into files do not change it.
    public var json: JSONValue {
        [
            "name": .string(name), "version": .string(version), "arch": .string(arch), "release": .string(release),
            "variant": .string(variant), "repositories": .array(repositories.map(\.json)),
            "packages": .strings(packages.map(\.line)),
            "weak-dependencies": .bool(weakDependencies),
            "overlays": .array(overlays.map(\.json)),
            "users": .array(users.map(\.json)),
            "services": [
                "enable": .strings(services.enable.map(\.value)), "disable": .strings(services.disable.map(\.value)),
                "mask": .strings(services.mask.map(\.value)),
            ],
            "kernel-arguments": .strings(kernelArguments.map(\.value)),
            "trim": trim.json,
            "scripts": .array(scripts.map { ["path": .string($0.path), "arguments": .strings($0.arguments)] }),
            "image": image.json,
        ]
    }
}

extension PackageRequest {
    /// The request as it is written in a recipe.
    public var line: String { (action == .exclude ? "-" : "") + (kind == .group ? "@" : "") + text }
}

extension ResolvedRecipe.Repository {
    fileprivate var json: JSONValue {
        let address: JSONValue.Member =
            switch source {
            case .baseURLs(let urls): .init("baseurl", .strings(urls))
            case .metalink(let url): .init("metalink", .string(url))
            case .mirrorList(let url): .init("mirrorlist", .string(url))
            }
        return .object([
            .init("name", .string(name)), address, .init("gpgkeys", .strings(gpgKeys)),
            .init("priority", .integer(priority)),
            .init("unsigned", .string(allowsUnsigned ? "allow" : "refuse")),
            .init("modules", .string(filtersModules ? "default" : "all")),
        ])
    }
}

extension ResolvedRecipe.Overlay {
    fileprivate var json: JSONValue {
        let rules: [JSONValue] = rules.map { rule in
            [
                "files": .string(rule.files.text), "mode": .optional(rule.mode.map { "0" + String($0, radix: 8) }),
                "user": .optional(rule.user), "group": .optional(rule.group),
            ]
        }
        return ["path": .string(path), "rules": .array(rules)]
    }
}

extension ResolvedRecipe.User {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "uid": .optional(uid), "comment": .optional(comment), "groups": .strings(groups),
            "shell": .optional(shell), "home": .optional(home), "ssh-keys": .strings(sshKeys),
            "password": .optional(passwordHash),
        ]
    }
}

extension ResolvedRecipe.Trim {
    fileprivate var json: JSONValue {
        [
            "files": .array(files.map(\.json)), "keep-files": .array(keepFiles.map(\.json)),
            "locales": locales.map { .strings($0.map(\.value)) } ?? .null, "docs": removesDocs ? "remove" : "keep",
            "kernel-modules": kernelModules.json, "firmware": firmware.json,
            "referenced-firmware-only": .bool(onlyReferencedFirmware),
        ]
    }
}

extension ResolvedRecipe.Trim.Selection {
    fileprivate var json: JSONValue { ["keep": .array(keep.map(\.json)), "remove": .array(remove.map(\.json))] }
}

extension ResolvedRecipe.Trim.Rule {
    fileprivate var json: JSONValue { ["pattern": .string(pattern.text), "optional": .bool(isOptional)] }
}

extension ResolvedRecipe.Image {
    fileprivate var json: JSONValue {
        let level: JSONValue = if case .zstd(let level) = compression { .integer(level) } else { .null }
        return [
            "label": .string(label),
            "compression": ["algorithm": .string(compression.name), "level": level, "block-size": .integer(blockSize)],
            "sizes": [
                "iso-limit": .optional(isoLimit), "esp": .integer(espSize), "slot": .optional(slotSize),
                "state": .integer(stateSize),
            ],
        ]
    }
}
