import Host

/// The scriptlets that Fedora's macros would make: users, presets, and what the map spells out.
enum Scriptlets {
    static func add(to package: inout RPMPackage, _ entry: MapEntry) throws {
        var parts: [String: [String]] = [:]
        let configurations = package.files.filter {
            $0.path.hasPrefix("/usr/lib/sysusers.d/") && $0.kind == .regular
        }
        let lines = configurations.sorted { $0.path < $1.path }.flatMap {
            String(decoding: $0.content, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        let users = lines.compactMap(SystemUser.init)
        // The base users stand in /etc/passwd of `setup` already.
        if !users.isEmpty, package.name != "systemd" || !entry.users.isEmpty {
            parts["pre", default: []] += users.map(\.script)
            package.provides += users.flatMap(\.provides).map { Dependency($0) }
            package.requires.append(Dependency("shadow-utils", flags: Dependency.scriptPre))
        }
        if !entry.units.isEmpty {
            let units = entry.units.joined(separator: " ")
            parts["post", default: []].append(
                """
                if [ $1 -eq 1 ] && [ -x /usr/bin/systemctl ]; then
                    systemctl --no-reload preset \(units) >/dev/null 2>&1 || :
                fi
                """)
            parts["preun", default: []].append(
                """
                if [ $1 -eq 0 ] && [ -x /usr/bin/systemctl ]; then
                    systemctl --no-reload disable --now \(units) >/dev/null 2>&1 || :
                fi
                """)
        }
        for (phase, text) in entry.scripts { parts[phase, default: []].append(text) }
        for (phase, texts) in parts {
            package.scriptlets[phase] = RPMPackage.Scriptlet(text: texts.joined(separator: "\n"))
            need("/usr/bin/sh", for: phase, in: &package)
        }
        for (phase, program) in entry.programs {
            package.scriptlets[phase] = RPMPackage.Scriptlet(text: nil, program: program)
            need(program, for: phase, in: &package)
        }
        if let trigger = entry.trigger {
            package.fileTriggers = [
                RPMPackage.FileTrigger(folders: trigger.folders, program: trigger.program, script: trigger.script)
            ]
        }
    }

    private static func need(_ program: String, for phase: String, in package: inout RPMPackage) {
        let isOwn = package.files.contains { $0.path == program } || package.provides.contains { $0.name == program }
        if isOwn || program.hasPrefix("<") { return }
        let flag: UInt32 =
            switch phase {
            case "pre": Dependency.scriptPre
            case "post": Dependency.scriptPost
            case "preun": 1 << 11
            case "postun": 1 << 12
            default: 1 << 5
            }
        package.requires.append(Dependency(program, flags: flag | Dependency.interpreter))
    }
}

/// One line of sysusers.d.
struct SystemUser: Sendable {
    enum Kind: Sendable { case user, group, member }

    let kind: Kind
    let name: String
    let id: String
    let comment: String
    let home: String
    let shell: String

    init?(_ line: String) {
        let words = Self.words(line)
        guard words.count >= 2 else { return nil }
        switch words[0] {
        case "u", "u!": kind = .user
        case "g": kind = .group
        case "m": kind = .member
        default: return nil
        }
        func word(_ index: Int, _ fallback: String) -> String {
            index < words.count && words[index] != "-" ? words[index] : fallback
        }
        name = words[1]
        id = word(2, "")
        comment = word(3, name)
        home = word(4, "/")
        shell = word(5, "/usr/sbin/nologin")
    }

    /// Splits at blanks, except within double quotes.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quoted = false
        for character in line {
            if character == "\"" {
                quoted.toggle()
            } else if !quoted, character == " " || character == "\t" {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words.first?.hasPrefix("#") == true ? [] : words
    }

    var provides: [String] {
        switch kind {
        case .user: ["user(\(name))", "group(\(name))"]
        case .group: ["group(\(name))"]
        case .member: ["groupmember(\(name)/\(id))"]
        }
    }

    /// The shell text of RPM's `sysusers.generate-pre.sh`: works before systemd is installed.
    var script: String {
        let ids = id.split(separator: ":", maxSplits: 1).map(String.init)
        let number = ids.first.flatMap { Int($0) }.map { "\($0)" }
        switch kind {
        case .group:
            let option = number.map { "-g \($0) " } ?? ""
            return "getent group '\(name)' >/dev/null || groupadd -f \(option)-r '\(name)' || :"
        case .user:
            let group = ids.count > 1 ? ids[1] : name
            let own =
                ids.count > 1
                ? ""
                : "getent group '\(name)' >/dev/null || groupadd -f \(number.map { "-g \($0) " } ?? "")-r '\(name)' || :\n"
            let option = number.map { "-u \($0) " } ?? ""
            return own
                + "getent passwd '\(name)' >/dev/null || useradd -r \(option)-g '\(group)' -d '\(home)' -s '\(shell)' -c '\(comment.replacing("'", with: "'\\''"))' '\(name)' || :"
        case .member:
            return "getent group '\(id)' | grep -q '\\<\(name)\\>' || usermod -a -G '\(id)' '\(name)' || :"
        }
    }
}
