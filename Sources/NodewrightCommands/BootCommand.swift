import ArgumentParser
import Artefacts
import Disks
import Document
import Glibc
import Host
import Serving

/// `nodewright boot`: starts an artefact in a virtual machine.
struct BootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot",
        abstract: "Start an artefact in a virtual machine.",
        discussion: """
            The serial console is on the terminal; Ctrl-] ends the machine. Changes to \
            the image are forgotten unless --write is given. KVM is used only after a \
            small guest has really run under it.

            EXAMPLES
              nodewright boot out/hypervisor-1-x86_64.iso
              nodewright boot node.iso --as usb --firmware uefi --secure-boot
              nodewright boot node.iso --until 'Press Enter to' --timeout 300
              nodewright boot out/pxe --as tftp
              nodewright boot node.iso --network listen:cable,mac=52:54:00:00:00:01
              nodewright boot node.iso --network socket:cable,mac=52:54:00:00:00:02

            SCRIPTS
              A file for --script has one step a line:
                expect PATTERN         wait until it is on the serial console
                send TEXT              type TEXT and Enter
                type TEXT              type TEXT
                wait SECONDS           let the machine run
                screenshot FILE.png    write a picture of the screen
                refuse PATTERN         fail when it is seen at any time
                # comment
              Patterns are regular expressions, looked for within one line.
              TEXT knows \\e \\n \\r \\t \\\\ and \\xHH.

            EXIT STATUS
              0 all patterns were seen, or the machine ended by itself; 1 a
              pattern was not seen; 2 wrong usage; 7 QEMU failed.
            """)

    enum Attachment: String, ExpressibleByArgument, CaseIterable { case cd, usb, disk, pxe, tftp }
    enum FirmwareName: String, ExpressibleByArgument, CaseIterable { case bios, uefi }
    enum Accelerator: String, ExpressibleByArgument, CaseIterable { case auto, kvm, tcg }

    @Argument(help: "An ISO, a disk image (.iso, .img, .raw, .qcow2) or a PXE folder.")
    var artefact: String?

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            """
            How the machine sees it: cd, usb or disk (default: cd for .iso, usb for .usb.img, else disk); a folder: pxe (its \
            iPXE gets everything over HTTP) or tftp.
            """))
    var attachment: Attachment?

    @Option(help: "bios or uefi.")
    var firmware = FirmwareName.bios

    @Flag(help: "UEFI that starts only what Microsoft's keys have signed.")
    var secureBoot = false

    @Option(
        help: ArgumentHelp(
            "Wait until PATTERN is on the serial console; may be repeated, in order.", valueName: "pattern"))
    var until: [String] = []

    @Option(help: ArgumentHelp("Steps on the serial console (see SCRIPTS).", valueName: "file"))
    var script: String?

    @Option(help: ArgumentHelp("Give up after this time.", valueName: "seconds"))
    var timeout: Double?

    @Option(help: ArgumentHelp("Write a picture of the screen at the end.", valueName: "file.png"))
    var screenshot: String?

    @Option(help: ArgumentHelp("Write everything from the serial line to a file.", valueName: "file"))
    var log: String?

    @Flag(help: "Do not show the serial console.")
    var quiet = false

    @Option(help: ArgumentHelp("Memory of the machine (default: 2048, and 3072 for a PXE folder).", valueName: "MiB"))
    var memory: Int?

    @Option(help: ArgumentHelp("Virtual processors (default: 2, and 1 that is emulated).", valueName: "count"))
    var cpus: Int?

    @Option(
        help: ArgumentHelp(
            "Attach another image as a virtio disk and write to it; may be repeated.", valueName: "image"))
    var disk: [String] = []

    @Option(
        help: ArgumentHelp(
            "The identifier that the machine's firmware tells (default: none).", valueName: "uuid"),
        transform: { text in
            guard let identifier = UUID(text) else {
                throw ValidationError("\(text) is no UUID such as c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
            }
            return identifier
        })
    var uuid: UUID?

    @Flag(help: "Keep what the machine writes to the image.")
    var write = false

    @Option(help: ArgumentHelp("Lead this port of 127.0.0.1 to port 22 of the machine.", valueName: "port"))
    var ssh: Int?

    @Option(
        name: .customLong("network"),
        help: ArgumentHelp(
            """
            Add a network card; may be repeated. NETWORK is user, socket:PATH (a UNIX stream socket that another machine, passt \
            or a switch listens on) or listen:PATH (for another machine's socket:PATH), and ",mac=ADDRESS" behind it gives \
            the card an address.
            """, valueName: "network"))
    var cable: [String] = []

    @Option(help: ArgumentHelp("Write what the machine sends on its second serial line to a file.", valueName: "file"))
    var secondSerial: String?

    @Option(help: ArgumentHelp("Hand a systemd credential to the machine; may be repeated.", valueName: "name:text"))
    var setCredential: [String] = []

    @Option(help: ArgumentHelp("Hand the content of a file over as a credential.", valueName: "name:file"))
    var loadCredential: [String] = []

    @Option(help: "auto, kvm or tcg (emulation).")
    var accel = Accelerator.auto

    @Option(help: ArgumentHelp("Start this kernel without a boot loader, instead of an artefact.", valueName: "file"))
    var kernel: String?

    @Option(help: ArgumentHelp("The initramfs for --kernel.", valueName: "file"))
    var initrd: String?

    @Option(help: ArgumentHelp("Kernel arguments for --kernel.", valueName: "text"))
    var append = "console=ttyS0"

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (artefact == nil) == (kernel == nil) { throw ValidationError("give either an artefact or --kernel") }
        if kernel == nil, initrd != nil { throw ValidationError("--initrd goes with --kernel") }
        if secureBoot, firmware == .bios { throw ValidationError("--secure-boot needs --firmware uefi") }
        if let timeout, !(timeout > 0) { throw ValidationError("--timeout must be more than 0 seconds") }
        if let memory, !(64...1_048_576).contains(memory) {
            throw ValidationError("--memory must be from 64 to 1048576 MiB")
        }
        if let cpus, !(1...255).contains(cpus) { throw ValidationError("--cpus must be from 1 to 255") }
        if let ssh, !(1...65535).contains(ssh) { throw ValidationError("--ssh must be a port from 1 to 65535") }
    }

    func run() throws {
        let session = try makeSession()
        let emulator = try Emulator.find()
        let progress = output.progress()
        let served = try network()
        defer { served?.server.stop() }
        var machine = Machine(try served.map { .network(folder: $0.folder, bootFile: $0.bootFile) } ?? medium())
        machine.firmware = secureBoot ? .secureBoot : firmware == .uefi ? .uefi : .bios
        machine.acceleration =
            switch accel {
            case .auto: Acceleration.best(emulator: emulator, progress: progress)
            case .kvm: .kvm
            case .tcg: .emulation
            }
        machine.memory = memory ?? (served == nil ? 2048 : 3072)
        machine.processors = cpus
        machine.identifier = uuid
        machine.disks = disk
        machine.sshPort = ssh
        machine.cables = try cables()
        machine.keepsWrites = write
        machine.secondSerial = secondSerial
        (machine.credentials, machine.credentialFiles) = try credentials()
        try finish(try session.run(machine, emulator: emulator))
    }

    /// Reports how the run ended and turns it into the exit status.
    private func finish(_ outcome: MachineSession.Outcome) throws {
        switch outcome {
        case .finished(let seconds):
            report("seen", "seen after \(Int(seconds.rounded())) seconds", [.init("seconds", .number(seconds))])
        case .stopped: report("stopped", "the machine stopped")
        case .missed(let reason, let screen):
            let lines = ["error: \(reason); last on the serial console:"] + screen.map { "  | " + $0 }
            report(
                "missed", lines.joined(separator: "\n"),
                [.init("reason", .string(reason)), .init("screen", .strings(screen))])
            throw ExitCode(1)
        case .interrupted:
            report("interrupted", "ended")
            throw ExitCode(130)
        }
    }

    /// A PXE folder with its web server; nil when the artefact is a file.
    private func network() throws -> (folder: String, bootFile: String, server: HTTPServer)? {
        guard let artefact, File.kind(artefact) == .folder else {
            if attachment == .pxe || attachment == .tftp {
                throw Failure(.invalidInput, "--as pxe and --as tftp are for PXE folders")
            }
            return nil
        }
        let folder = Path.absolute(artefact)
        try PXEFolder.require(folder)
        // The host is 10.0.2.2 for the machine.
        func web(_ port: Int) -> String { "http://10.0.2.2:\(port)" }
        let server = try HTTPServer(
            folder: folder, address: "127.0.0.1", port: 0, texts: { [IPXEStart.name: IPXEStart.text(web: web($0))] })
        // UEFI firmware starts by TFTP.
        let bootFile =
            firmware == .uefi
            ? "shimx64.efi" : attachment == .tftp ? "boot.ipxe" : "\(web(server.port))/\(IPXEStart.name)"
        return (folder, bootFile, server)
    }

    private func medium() throws -> Machine.Medium {
        if let kernel {
            for path in [kernel] + (initrd.map { [$0] } ?? []) { try requireFile(path) }
            return .kernel(kernel, initrd: initrd, arguments: append)
        }
        let path = artefact ?? ""
        for path in [path] + disk { try requireFile(path) }
        return switch attachment ?? (path.hasSuffix(".iso") ? .cd : path.hasSuffix(".usb.img") ? .usb : .disk) {
        case .cd: .cd(path)
        case .usb: .usb(path)
        case .disk, .pxe, .tftp: .disk(path)
        }
    }

    private func cables() throws -> [NetworkCable] {
        try cable.map { text in
            let cable = try NetworkCable(text)
            // QEMU would say nothing of a socket that is not there.
            if case .socket(let path) = cable.end { try requireFile(path) }
            return cable
        }
    }

    private func credentials() throws -> ([(name: String, value: [UInt8])], [(name: String, path: String)]) {
        func split(_ text: String) throws -> (name: String, value: String) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts[0].wholeMatch(of: /[A-Za-z0-9._@-]{1,255}/) != nil else {
                throw Failure(.invalidInput, "\"\(text)\" is not a credential", hint: "write NAME:VALUE")
            }
            return (parts[0], parts[1])
        }
        var credentials = try setCredential.map { text in
            let (name, value) = try split(text)
            return (name, Array(value.utf8))
        }
        var files: [(String, String)] = []
        for text in loadCredential {
            let (name, path) = try split(text)
            let content = try File.read(path, limit: 1 << 16)
            if Machine.fitsFirmware(name) {
                files.append((name, Path.absolute(path)))
            } else {
                credentials.append((name, content))
            }
        }
        return (credentials, files)
    }

    private func requireFile(_ path: String) throws {
        if access(path, R_OK) != 0 { throw systemFailure(errno, "open \"\(path)\"") }
    }

    private func makeSession() throws -> MachineSession {
        var session = MachineSession()
        if let script {
            session.script = try ConsoleScript(
                text: String(decoding: File.read(script, limit: 1 << 20), as: UTF8.self), file: script)
        }
        for pattern in until { try session.script.expect(pattern) }
        session.timeout = timeout
        session.log = log
        session.screenshot = screenshot
        session.interactive = session.script.steps.isEmpty
        // With --json standard output belongs to the events and the result.
        session.shows = !quiet && !output.json
        session.progress = output.progress()
        return session
    }

    private func report(_ result: String, _ text: String, _ members: [JSONValue.Member] = []) {
        if output.json { return print(JSON.text(.object([.init("result", .string(result))] + members))) }
        print("nodewright boot: \(text)", to: &standardError)
    }
}
