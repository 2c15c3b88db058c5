import CLinux
import Glibc
import Host

/// A network of machines that start from one folder: DHCP and TFTP through dnsmasq, HTTP from here.
public struct Bench {
    /// The folder that machines start from.
    public var folder: String
    /// Where they are.
    public var interface: BenchInterface
    /// The port of the web server.
    public var port = 80
    /// Whether another DHCP server gives the addresses.
    public var isProxy = false
    /// Whether to give addresses although the interface leads to other networks.
    public var servesDefaultRoute = false
    /// Hears the command.
    public var progress: ProgressSink = silent

    /// A bench.
    public init(folder: String, interface: BenchInterface) {
        self.folder = folder
        self.interface = interface
    }

    /// Serves until the process is asked to end.
    ///
    /// It must be called by the main thread, whose end is dnsmasq's.
    ///
    /// - Parameter say: hears, from any thread, who asked for what
    /// - Throws: also when dnsmasq ends by itself
    public func run(say: @escaping @Sendable (String) -> Void) throws {
        if interface.hasDefaultRoute, !isProxy, !servesDefaultRoute {
            throw Failure(
                .invalidInput,
                "\"\(interface.name)\" has a default route: a DHCP server there would answer other people's machines",
                hint: "use --proxy-dhcp beside the DHCP server of that network, or --even-with-default-route")
        }
        guard let program = Environment.program("dnsmasq") else {
            throw Failure(
                .invalidInput, "dnsmasq is not installed",
                hint: "install \"dnsmasq-base\" (Debian, Ubuntu) or \"dnsmasq\" (Fedora, CentOS)")
        }
        // Blocked before any thread exists, so that every thread leaves the signals to this one.
        let endSignals = try check("watch for signals") { nlinux_end_signals() }
        defer { close(endSignals) }
        let server = try webServer(say)
        defer { server.stop() }
        let web = webAddress(server.port)
        let isOpen = Self.isOpen(folder)
        if !isOpen { say("\(folder) is private, so that dnsmasq stays root to read it") }
        let service = BootService(
            interface: interface, folder: folder, web: web, isProxy: isProxy, user: isOpen ? "nobody" : "root")
        let arguments = try service.arguments()
        progress(.command(Command(program, arguments).quoted))
        var pipe: [Int32] = [-1, -1]
        try check("make a pipe") { nlinux_pipe(&pipe) }
        defer { close(pipe[0]) }
        let dnsmasq: BoundProgram
        do {
            defer { close(pipe[1]) }
            let null = try check("open /dev/null") { nlinux_open("/dev/null", O_RDONLY | O_CLOEXEC, 0) }
            defer { close(null) }
            dnsmasq = try BoundProgram(
                program, arguments: ["dnsmasq"] + arguments, environment: ["PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8"],
                descriptors: [null, pipe[1], pipe[1]])
        }
        say("serving \(folder) on \(interface.name): \(web)/ and TFTP; Ctrl-C ends it")
        try watch(pipe[0], endSignals, dnsmasq, say)
    }

    private func webAddress(_ port: Int) -> String {
        "http://\(interface.address.text)" + (port == 80 ? "" : ":\(port)")
    }

    private func webServer(_ say: @escaping @Sendable (String) -> Void) throws -> HTTPServer {
        do {
            return try HTTPServer(
                folder: folder, address: interface.address.text, port: port,
                texts: { [IPXEStart.name: IPXEStart.text(web: webAddress($0))] }
            ) { event in
                say("\(event.client) HTTP \(event.method) /\(event.path) \(event.status), \(event.sent) bytes")
            }
        } catch let failure as Failure {
            throw Failure(
                failure.status, failure.message,
                hint: geteuid() == 0
                    ? "another web server is there? Choose a port: --http-port 8080" : "run it as root",
                details: failure.details)
        }
    }

    private func watch(
        _ output: Int32, _ endSignals: Int32, _ dnsmasq: BoundProgram, _ say: (String) -> Void
    ) throws {
        var rest: [UInt8] = []
        var last: [String] = []
        var isEnding = false
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            var polled = [
                pollfd(fd: endSignals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { continue }
            if polled[0].revents != 0 {
                var signal = [UInt8](repeating: 0, count: 128)
                _ = read(endSignals, &signal, signal.count)
                // What it still has to say comes before its end; whoever asks twice does not want to wait.
                kill(dnsmasq.process, isEnding ? SIGKILL : SIGTERM)
                isEnding = true
                continue
            }
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else {
                let status = dnsmasq.wait() ?? -1
                if isEnding { return say("ended") }
                throw Failure(
                    .device, "dnsmasq ended with status \(status)",
                    hint: geteuid() == 0 ? "does another DHCP or TFTP server run here?" : "run it as root",
                    details: last)
            }
            rest += buffer[..<count]
            while let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest = Array(rest[(end + 1)...])
                last = (last + [line]).suffix(4)
                if let message = BootService.message(line) { say(message) }
            }
            // No line of a log is longer.
            if rest.count > 1 << 16 { rest = [] }
        }
    }

    /// Whether everybody may read what is in a folder.
    private static func isOpen(_ folder: String) -> Bool {
        var path = folder
        while true {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IXOTH != 0 else { return false }
            if path == "/" { return true }
            path = Path.parent(path)
        }
    }
}
