import Disks
import Host
import NodeConfig
import Testing

@testable import Node

@Suite struct DiskSelectorTests {
    private static let disks = [
        disk(
            "/dev/sda", .sata, 480, serial: "S5Y1", model: "Samsung SSD 870",
            links: ["/dev/disk/by-id/ata-Samsung_S5Y1"]),
        disk("/dev/sdb", .usb, 64, serial: "USB7", isBootMedium: true),
        disk("/dev/sdc", .usb, 32, serial: "USB8"),
        disk("/dev/sdd", .sas, 960, wwn: "0x5000c500A1"),
        disk("/dev/sde", .fibreChannel, 2000, uses: [.path(of: "/dev/mapper/mpatha")]),
        disk("/dev/mapper/mpatha", .multipath, 2000),
        disk("/dev/nvme0n1", .nvme, 960),
    ]

    private static func disk(
        _ path: String, _ transport: DiskTransport, _ gigabytes: Int, serial: String? = nil, wwn: String? = nil,
        model: String? = nil, links: [String] = [], uses: [DiskUse] = [], isBootMedium: Bool = false
    ) -> Disk {
        Disk(
            path: path, size: gigabytes * 1_000_000_000, model: model, serial: serial, wwn: wwn, transport: transport,
            links: links, uses: uses, isBootMedium: isBootMedium)
    }

    /// Words of `storage_init=`, and the disk that each means.
    @Test(arguments: [
        ("/dev/sda", "/dev/sda"), ("/dev/disk/by-id/ata-Samsung*", "/dev/sda"), ("/dev/sd?", "/dev/sda"),
        ("ata", "/dev/sda"), ("ata:S5Y1", "/dev/sda"), ("usb", "/dev/sdc"), ("usb:USB8", "/dev/sdc"),
        ("scsi", "/dev/sdd"), ("nvme", "/dev/nvme0n1"), ("/dev/mapper/*", "/dev/mapper/mpatha"),
        ("usb:ALL", "/dev/sdc"),
    ])
    func legacyWords(word: String, path: String) throws {
        let reading = CommandLineReading(KernelCommandLine(Array("storage_init=\(word)".utf8)))
        let selector = try #require(reading.configuration.installation.targets.first)
        #expect(try selector.choose(from: Self.disks).path == path)
    }

    @Test func theBareWordTakesTheFirstDisk() throws {
        let selector = try #require(
            CommandLineReading(KernelCommandLine(Array("storage_init".utf8))).configuration.installation.targets.first)
        #expect(try selector.choose(from: Self.disks).path == "/dev/sda")
        let failure = #expect(throws: Failure.self) { try selector.choose(from: []) }
        #expect(failure?.status == .invalidInput)
    }

    @Test func sizesAndChoices() throws {
        func choose(_ change: (inout DiskSelector) -> Void) throws -> String {
            var selector = DiskSelector()
            change(&selector)
            return try selector.choose(from: Self.disks).path
        }
        #expect(try choose { $0.choose = .smallest } == "/dev/sdc")
        #expect(try choose { $0.choose = .largest } == "/dev/mapper/mpatha")
        #expect(
            try choose {
                $0.minimumSize = ByteSize("500 GB"); $0.choose = .first
            } == "/dev/sdd")
        #expect(try choose { $0.maximumSize = ByteSize("40 GB") } == "/dev/sdc")
        #expect(try choose { $0.model = "samsung*" } == "/dev/sda")
        #expect(try choose { $0.wwn = "0x5000C500a1" } == "/dev/sdd")
        let several = #expect(throws: Failure.self) { try choose { $0.minimumSize = ByteSize("900 GB") } }
        #expect(
            several?.message == "3 disks are of at least 900 GB: /dev/sdd, /dev/mapper/mpatha, /dev/nvme0n1")
        // The medium is never taken, whatever fits.
        let medium = #expect(throws: Failure.self) { try choose { $0.serial = "USB7" } }
        #expect(medium?.message == "no disk is numbered \"USB7\"")
    }

    @Test func aMachineWithoutDisksSaysSo() throws {
        let reading = CommandLineReading(KernelCommandLine(Array("storage_init=nvme".utf8)))
        let selector = try #require(reading.configuration.installation.targets.first)
        let failure = #expect(throws: Failure.self) { try selector.choose(from: []) }
        #expect(failure?.status == .invalidInput && failure?.message == "no disk is attached by nvme")
        #expect(failure?.hint == "this machine has no disks that this system knows")
    }
}
