/// Where and how a node is installed, and what is done with one that is.
extension CommandLineReader {
    /// `storage_init[=DISK[,DISK][;DISK]]`, a disk being `BUS[:SERIAL|:ALL]` or a path.
    mutating func readTarget(_ word: Word) {
        guard word.value != nil else {
            var first = DiskSelector()
            first.choose = .first
            // Any disk that can hold a node at all.
            first.minimumSize = ByteSize(bytes: 1 << 30)
            configuration.installation.targets = [first]
            return
        }
        let groups = word.content.split(";")
        if groups.count > 1 {
            warning(
                word, at: groups[1], "the second group of disks is not used: a node has one disk",
                hint: "give its disks to guests later")
        }
        let disks = groups[0].split(",")
        if disks.count > 1 {
            warning(
                word, at: disks[1], "only the first disk is used: a node has one disk",
                hint: "give the others to guests later")
        }
        if let selector = disk(disks[0], word) { configuration.installation.targets = [selector] }
    }

    private mutating func disk(_ field: Piece, _ word: Word) -> DiskSelector? {
        var selector = DiskSelector()
        if field.text.hasPrefix("/dev/") {
            let isPath =
                field.text.utf8.count > 5 && field.text.utf8.count <= 256
                && field.text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                && !field.text.split(separator: "/").contains("..")
            guard isPath else {
                error(word, at: field, "\(field.shown) is not the path of a disk")
                return nil
            }
            selector.device = field.text
            if field.text.utf8.contains(where: { [0x2A, 0x3F, 0x5B].contains($0) }) { selector.choose = .first }
            return selector
        }
        let (bus, serial) = field.cut(":") ?? (field, Piece(text: "", offset: 0))
        guard let transport = DiskSelector.Transport(rawValue: bus.text) else {
            error(
                word, at: field, field.isEmpty ? "the disk is missing" : "\(field.shown) is not a disk",
                hint: "write a path such as /dev/sda, or one of "
                    + DiskSelector.Transport.allCases.map(\.rawValue).joined(separator: ", ")
                    + " with a serial number behind it: scsi:SERIAL")
            return nil
        }
        selector.transport = transport
        if serial.isEmpty || serial.text == "ALL" {
            selector.choose = .first
        } else if serial.text.utf8.count <= 128, serial.text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            selector.serial = serial.text
        } else {
            error(word, at: serial, "\(serial.shown) is not a serial number")
            return nil
        }
        return selector
    }

    private static let volumes = ["Boot", "Swap", "Root", "Config", "Logging", "Data", "Swap2", "Data2"]

    /// `storage_vol=BOOT:SWAP:ROOT:CONFIG:LOGGING:DATA:SWAP2:DATA2` in MiB, or `SIZE,NAME:SIZE,NAME`.
    mutating func readSizes(_ word: Word) {
        var sizes: [String: (size: Int, field: Piece)] = [:]
        let pieces = word.content.split(":")
        for (index, piece) in pieces.enumerated() where !piece.isEmpty {
            let (size, named) = piece.cut(",") ?? (piece, nil)
            let name = named?.text ?? (index < Self.volumes.count ? Self.volumes[index] : "")
            guard Self.volumes.contains(name) || name == "EFI" else {
                error(
                    word, at: named ?? piece,
                    named.map { "\($0.shown) is not the name of a volume" } ?? "there are only eight volumes",
                    hint: "EFI, \(Self.volumes.joined(separator: ", "))")
                return
            }
            let isRest = size.text == "-1" && name.hasPrefix("Data")
            guard let megabytes = isRest ? -1 : size.number(in: 0...99_999_999) else {
                error(
                    word, at: size, "\(size.shown) is not a size in MB",
                    hint: "a whole number; -1 is the rest of the disk, for Data")
                return
            }
            sizes[name] = (megabytes, size)
        }
        apply(sizes, word)
    }

    private mutating func apply(_ sizes: [String: (size: Int, field: Piece)], _ word: Word) {
        func bytes(_ megabytes: Int) -> ByteSize? { ByteSize(bytes: megabytes << 20) }
        if let efi = sizes["EFI"], efi.size > 0 { configuration.installation.sizes.esp = bytes(efi.size) }
        // What outlasts a restart is in one partition here.
        let state = (sizes["Config"]?.size ?? 0) + (sizes["Logging"]?.size ?? 0)
        if state > 0 { configuration.installation.sizes.state = bytes(state) }
        if let data = sizes["Data"], data.size != 0 {
            if data.size > 0 {
                configuration.installation.sizes.data = bytes(data.size).map { .bytes($0) }
            } else if state > 0 {
                configuration.installation.sizes.data = .rest
            } else {
                warning(
                    word, at: data.field, "the state partition takes the rest of the disk unless it has a size",
                    hint: "give Config or Logging a size, too")
            }
        }
        for name in ["Swap", "Swap2", "Data2"] {
            guard let volume = sizes[name], volume.size != 0 else { continue }
            warning(
                word, at: volume.field,
                name == "Data2" ? "there is no second group of disks" : "a node has no swap; this size is not used")
        }
    }

    /// A word that asks for something besides the configuration.
    mutating func readRequest(_ word: Word, _ request: CommandLineRequest) {
        guard let value = flag(word) else { return }
        if value { requests.insert(request) } else { requests.remove(request) }
        if value, request == .uninstall { uninstallWord = word }
    }

    /// `firstboot` and `reinstall`: the inputs are read anew, and an installation may overwrite what it finds.
    mutating func readFirstBoot(_ word: Word) {
        guard let value = flag(word) else { return }
        for request in [CommandLineRequest.reinstall, .reconfigure] {
            if value { requests.insert(request) } else { requests.remove(request) }
        }
    }

    /// `stateless`
    mutating func readStateless(_ word: Word) {
        guard let value = flag(word) else { return }
        configuration.stateless = value
        statelessWord = word
    }

    /// `reboot_delay=`
    mutating func readDelay(_ word: Word) {
        if let seconds = word.content.number(in: 0...3600) {
            installationDelay = seconds
        } else {
            error(word, at: word.content, "\(word.content.shown) is not a number of seconds", hint: "0 to 3600")
        }
    }

    /// `standalone`: 0 asked an engine of 2012 for the configuration.
    mutating func readStandalone(_ word: Word) {
        if flag(word) == false {
            warning(
                word, "management servers are not searched for", hint: "name the engine with management_server=")
        }
    }

    /// A switch of legacy oVirt Node that has no counterpart; without effect when it is off.
    mutating func passOverSwitch(_ word: Word, _ reason: String) {
        if flag(word) == true { warning(word, reason) }
    }

    /// A word of legacy oVirt Node that has no counterpart.
    mutating func passOver(_ word: Word, _ reason: String, hint: String? = nil) {
        warning(word, reason, hint: hint)
    }
}
