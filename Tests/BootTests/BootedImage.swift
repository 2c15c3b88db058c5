import Host
import TestSupport

/// One start of the test image, and what it said.
struct BootedImage {
    /// The image under test; nil when nobody has built one.
    ///
    /// `NODEWRIGHT_TEST_ISO` names it; `make check` builds it first.
    static var iso: String? {
        guard let path = Environment.variable("NODEWRIGHT_TEST_ISO"), File.exists(path) else { return nil }
        return path
    }

    /// Another artefact of the same build: `.raw`; nil when nobody has built it.
    static func artefact(_ ending: String) -> String? {
        guard let iso, iso.hasSuffix(".iso") else { return nil }
        let path = String(iso.dropLast(4)) + ending
        return File.exists(path) ? path : nil
    }

    /// A folder of the same build: `pxe`; nil when nobody has built it.
    static func folder(_ name: String) -> String? {
        guard let path = iso.map({ Path.join(Path.parent($0), name) }), File.exists(path) else { return nil }
        return path
    }

    /// What the serial console showed, control sequences and all.
    let console: String
    /// Answers to the questions in `questions`, by name.
    let answers: [String: String]
    /// The exit status of `nodewright boot`, and what it said.
    let result: Command.Result

    /// Starts the image, waits for the status screen and until the system has answered, and lets it power off.
    ///
    /// The questions come as a unit in a systemd credential: the image itself knows nothing of tests.
    /// - Parameters:
    ///   - arguments: how to start it: `["--as", "usb"]`
    ///   - before: steps before the kernel starts, for the boot menu
    ///   - questions: shell commands by name; the answers are what they print
    ///   - adding: more of them
    ///   - artefact: another one than the ISO
    ///   - kernelArguments: the artefact is a PXE folder, and its kernel is started without a boot loader, with these words; the
    ///     root comes from the initramfs
    ///   - secondDisk: an image of which a copy lies in the machine, too
    ///   - losesPower: ends with a power cut as soon as it has answered, instead of letting it power off
    ///   - timeout: seconds for all of it
    init(
        _ arguments: [String], before: [String] = [], questions: KeyValuePairs<String, String> = Self.questions,
        adding: [(String, String)] = [], artefact: String? = nil, kernelArguments: String? = nil,
        secondDisk: String? = nil, losesPower: Bool = false, timeout: Int = 1500
    ) throws {
        let image = artefact ?? Self.iso ?? ""
        let medium =
            kernelArguments.map {
                [
                    "--kernel", Path.join(image, "vmlinuz"), "--initrd", Path.join(image, "initrd-full.img"),
                    "--memory", "3072", "--append", "console=tty0 console=ttyS0,115200 nodewright.root=initramfs " + $0,
                ]
            } ?? [image]
        (console, answers, result) = try Folder.withTemporary { folder in
            let report = Path.join(folder, "report")
            let log = Path.join(folder, "console")
            let script = Path.join(folder, "script")
            try File.write(Path.join(folder, "unit"), Self.unit)
            let program = Self.program(questions.map { ($0, $1) } + adding, ending: losesPower ? Self.stay : Self.leave)
            try File.write(Path.join(folder, "questions"), program)
            var arguments = arguments
            if let secondDisk {
                let copy = Path.join(folder, "second.img")
                try Command("cp", ["--sparse=always", secondDisk, copy]).run().check()
                arguments += ["--disk", copy]
            }
            let steps =
                before + [
                    "refuse Entering emergency mode", "refuse You are in (emergency|rescue) mode", "expect Nodewright",
                    "expect NODEWRIGHT-ANSWERED",
                ] + (losesPower ? [] : ["expect (Powering off|Power down)"])
            try File.write(script, steps.joined(separator: "\n"))
            let command = Command(
                try Programs.built("nodewright"),
                [
                    "boot", "--accel", "tcg", "--quiet", "--script", script, "--timeout", "\(timeout)", "--log", log,
                    "--second-serial", report, "--load-credential", "systemd.extra-unit.questions.service:unit",
                    "--load-credential", "questions:questions",
                    "--set-credential", "systemd.unit-dropin.multi-user.target:[Unit]\nWants=questions.service",
                ] + medium + arguments, folder: folder)
            let result = try command.run()
            // Without carriage returns, which Swift would take for one character with the line feed.
            let text = String(decoding: ((try? File.read(report)) ?? []).filter { $0 != 0x0D }, as: UTF8.self)
            return (
                String(decoding: (try? File.read(log)) ?? [], as: UTF8.self),
                FramedAnswers.parse(text, keepsBlankLines: true), result
            )
        }
    }

    /// Shell commands that wait until the configuration has come to its end.
    ///
    /// - Parameter seconds: how long at most
    /// - Parameter words: the ends that there are; without `unconfigured` for a node whose config disk is found late
    static func settled(_ seconds: Int = 300, in words: String = "configured|failed|unconfigured") -> String {
        """
        for second in $(seq \(seconds)); do
            grep -Eq '"state": *"(\(words))"' /run/nodewright/configuration.json && break
            sleep 1
        done
        """
    }

    /// Shell commands whose output and status answer a question.
    static let questions: KeyValuePairs = [
        // Within the time that a start is given, so that a failure names the jobs that did not end.
        "running": "timeout 420 systemctl is-system-running --wait || systemctl list-jobs",
        "failed": "systemctl --failed --no-legend --plain",
        "active": "systemctl is-active NetworkManager.service sshd.service libvirtd.service chronyd.service",
        "nodectl": "nodectl status",
        "packages": "rpm -qa | wc -l",
        "owner": "rpm -qf /usr/bin/nodectl --queryformat %{NAME}",
        "guests": "virsh -c qemu:///system version",
        "root": "findmnt -no FSTYPE,OPTIONS /",
        "kernel-log": "dmesg",
        "command-line": "cat /proc/cmdline",
        "lockdown": "cat /sys/kernel/security/lockdown",
        "address": "nmcli -g IP4.ADDRESS device show",
        "sshd": "bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; head -c 7 <&3'",
        "machine-id": "cat /etc/machine-id",
        "os": "cat /etc/os-release",
        "writable": "touch /etc/written /var/written && echo yes",
        "leftovers": "cat /etc/resolv.conf; ls /var/lib",
    ]

    /// Runs the questions, which come as another credential.
    private static let unit = """
        [Service]
        Type=exec
        LoadCredential=questions
        StandardOutput=file:/dev/ttyS1
        ExecStart=/bin/sh %d/questions

        """

    private static let leave = """
        echo NODEWRIGHT-ANSWERED >/dev/ttyS0
        sleep 1
        systemctl poweroff

        """

    /// The answers must be through before the power is cut.
    private static let stay = """
        sleep 3
        echo NODEWRIGHT-ANSWERED >/dev/ttyS0
        sleep 3600

        """

    /// Each answer is framed by lines that no command prints.
    private static func program(_ questions: [(String, String)], ending: String) -> String {
        questions.map { "echo @@@\($0)\n{ \($1); } 2>&1\necho\n" }.joined() + "echo @@@end\necho\n" + ending
    }
}
