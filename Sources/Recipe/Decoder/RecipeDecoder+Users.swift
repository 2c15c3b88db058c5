import Document
import Host

extension RecipeDecoder {
    func users() -> [ResolvedRecipe.User] {
        var names: [String: Position] = [:]
        var numbers: [Int: Position] = [:]
        return (tree["users"]?.sequence ?? []).compactMap { node in
            guard let name = node["name"]?.string else { return nil }
            if let first = names[name] {
                error(
                    at: node.position, "the user \"\(name)\" is given twice",
                    hint: "the user is given first at \(first)")
            }
            names[name] = node.position
            let uid = node["uid"]?.integer
            if let uid, let first = numbers[uid] {
                error(at: node.position, "two users have the number \(uid)", hint: "it is given first at \(first)")
            }
            if let uid { numbers[uid] = node.position }
            if name == "root", let uid, uid != 0 {
                error(at: node["uid"]?.position ?? node.position, "root has the number 0")
            }
            if name != "root", uid == 0 {
                error(at: node["uid"]?.position ?? node.position, "only root may have the number 0")
            }
            for key in ["shell", "home"] { if let path = node[key] { checkAbsolute(path) } }
            if let comment = node["comment"], comment.string?.contains(":") == true {
                error(at: comment.position, "\"comment\" must not contain \":\"")
            }
            let password = node["password"]
            if let password, let text = password.string { checkPassword(text, at: password.position) }
            let keys = texts(node["ssh-keys"])
            keys.forEach { checkKey($0) }
            return ResolvedRecipe.User(
                name: name, uid: uid, comment: node["comment"]?.string, groups: texts(node["groups"]).map(\.value),
                shell: node["shell"]?.string, home: node["home"]?.string, sshKeys: keys.map(\.value),
                passwordHash: password?.string, position: node.position)
        }
    }

    /// The text itself is never repeated in a message: it may be the password.
    private func checkPassword(_ text: String, at place: Position) {
        let hint = "make a hash with \"mkpasswd -m yescrypt\" and write that in quotes"
        if text == "!" || text == "*" { return }
        guard text.hasPrefix("$") else {
            return error(at: place, "\"password\" must be a hash, not the password itself", hint: hint)
        }
        let parts = text.split(separator: "$", omittingEmptySubsequences: true)
        let strong: Set<Substring> = ["y", "gy", "7", "2a", "2b", "2y", "6", "5"]
        guard let method = parts.first, strong.contains(method), parts.count >= 3, let hash = parts.last,
            hash.count >= 31
        else {
            return error(at: place, "\"password\" is not a complete hash of a method that is still safe", hint: hint)
        }
        if text.contains(":") { error(at: place, "\"password\" must not contain \":\"", hint: hint) }
    }

    private func checkKey(_ key: Located<String>) {
        let kinds = [
            "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
            "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
        ]
        if key.value.contains("PRIVATE KEY") {
            return error(at: key.position, "this is a private key", hint: "give the public key, and make a new pair")
        }
        let words = key.value.split(separator: " ")
        // Options may stand in front of the kind, as in authorized_keys(5).
        guard let kind = words.firstIndex(where: { kinds.contains(String($0)) }), kind + 1 < words.count,
            isKey(words[kind + 1], of: words[kind])
        else {
            return error(
                at: key.position, "this is not a public SSH key",
                hint: "give one line of a .pub file: \"ssh-ed25519 AAAA... comment\"")
        }
    }

    /// The base64 text repeats the kind at its beginning, after a length of four bytes.
    private func isKey(_ text: Substring, of kind: Substring) -> Bool {
        let decoded = base64(text, prefix: 4 + kind.utf8.count)
        let expected = [0, 0, 0, UInt8(truncatingIfNeeded: kind.utf8.count)] + Array(kind.utf8)
        return decoded == expected && text.utf8.count >= 60
    }

    /// The first bytes of a base64 text; nil when a character does not belong there.
    private func base64(_ text: Substring, prefix: Int) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 where byte != 0x3D {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return Array(bytes.prefix(prefix))
    }
}
