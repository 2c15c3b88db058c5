extension NodeConfiguration {
    /// What another configuration takes away of the ways to log in, in words; nobody could be left who might bring it back.
    ///
    /// Another password or one more key takes nothing away.
    public func accessLost(with other: NodeConfiguration) -> [String] {
        var lost: [String] = []
        if ssh.enabled != false, other.ssh.enabled == false {
            lost.append("SSH is switched off")
        } else if ssh.enabled != false {
            let (old, new) = (ssh.port ?? 22, other.ssh.port ?? 22)
            if old != new { lost.append("SSH listens on port \(new) instead of \(old)") }
            let keys = ssh.bareKeys.subtracting(other.ssh.bareKeys).count
            if keys > 0 { lost.append("\(keys) SSH \(keys == 1 ? "key" : "keys") cannot log in any more") }
            if ssh.passwordLogin == true, other.ssh.passwordLogin != true {
                lost.append("SSH takes no passwords any more")
            }
        }
        if !console.isLocked, other.console.isLocked { lost.append("the console takes no login any more") }
        if administrator.passwordHash != nil, other.administrator.passwordHash == nil {
            lost.append("the administrator's password is the image's again")
        }
        return lost
    }
}

extension SSHSettings {
    /// The keys without their comments.
    fileprivate var bareKeys: Set<String> {
        Set(keys.map { $0.split(separator: " ").prefix(2).joined(separator: " ") })
    }
}
