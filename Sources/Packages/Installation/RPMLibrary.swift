import CRpm
import Glibc
import Host
import Synchronization

/// librpm's process-wide state: configuration, macros and log.
///
/// Nothing of the build host's configuration is read: what its files, its macros and `~/.rpmmacros` say must not show in
/// an image. librpm is used by one thread at a time.
enum RPMLibrary {
    /// Runs `body` while no other thread uses librpm; its messages go to `log`.
    static func use<Value>(_ body: (RPMLog) throws -> Value) throws -> Value {
        try lock.withLock { ready in
            if !ready { try configure() }
            ready = true
            let log = RPMLog()
            let context = Unmanaged.passRetained(log)
            defer {
                rpmlogSetCallback(nil, nil)
                context.release()
            }
            // Everything up to "info": the details of a failed verification come at that level.
            rpmlogSetMask((1 << (Int32(RPMLOG_INFO.rawValue) + 1)) - 1)
            rpmlogSetCallback(
                { record, context in
                    guard let record, let context, let text = rpmlogRecMessage(record) else { return 0 }
                    Unmanaged<RPMLog>.fromOpaque(context).takeUnretainedValue()
                        .add(String(cString: text), level: rpmlogRecPriority(record))
                    return 0
                }, context.toOpaque())
            return try body(log)
        }
    }

    private static let lock = Mutex(false)

    private static let macros = """
        %_var /var
        %_tmppath /var/tmp
        %_dbpath /usr/lib/sysimage/rpm
        %_dbpath_rebuild %{_dbpath}
        %_db_backend sqlite
        %_rpmlock_path %{_dbpath}/.rpm.lock
        %_keyring rpmdb
        %_keyringpath %{_dbpath}/pubkeys/
        %_install_langs all
        %_install_script_path /usr/sbin:/usr/bin:/sbin:/bin
        %_transaction_color 3
        %_prefer_color 2
        %_pkgverify_level none
        %_pkgverify_flags 0x0
        %_minimize_writes 0
        %_flush_io 0

        """

    private static func configure() throws {
        try Folder.withTemporary(prefix: "nodewright-rpm") { folder in
            let macroFile = Path.join(folder, "macros")
            let settings = Path.join(folder, "rpmrc")
            try File.write(macroFile, macros)
            try File.write(settings, "arch_compat: x86_64: noarch\narch_compat: aarch64: noarch\n")
            // librpm keeps the pointer.
            nrpm_set_macro_files(strdup(macroFile))
            guard rpmReadConfigFiles(settings, nil) == 0 else {
                throw Failure(.internalError, "librpm could not be started")
            }
        }
    }

    /// Sets a macro for what follows.
    static func define(_ name: String, _ value: String) {
        _ = rpmPushMacro(nil, name, nil, value, -1)
    }
}

/// What librpm had to say.
final class RPMLog {
    /// Lines of errors and warnings.
    private(set) var problems: [String] = []
    /// All lines.
    private(set) var lines: [String] = []

    func add(_ message: String, level: rpmlogLvl) {
        let text = message.split(separator: "\n").map(String.init)
        lines += text
        if level.rawValue <= RPMLOG_WARNING.rawValue { problems += text }
    }

    func clear() {
        problems = []
        lines = []
    }
}
