import Document

extension InstallationSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                part: "targets", \.targets, .list(DiskSelector.form, "a list of disk selectors", limit: 16),
                "Which disk is taken: the first selector that finds exactly one wins. A system that was started from a medium or "
                    + "over the network installs itself there; one that runs from a disk does not.",
                example: "[{transport: nvme, minimum-size: 64 GiB, choose: smallest}]", fallback: "nothing is installed"
            ),
            Field(
                "wipe", \.wipe, .choice,
                "What may be on the disk: nothing, an earlier installation of a node, or anything but guests' data and storage domains.",
                example: "earlier-node", fallback: "`empty-only`"),
            Field(
                "keep-state", \.keepState, .bool,
                "Whether the state of a node that is on the disk stays, with the configuration that is stored there; the inputs "
                    + "count only with `firstboot` on the kernel command line.",
                example: "true", fallback: "`false`"),
            Field(
                part: "sizes", \.sizes, PartitionSizes.form, "The sizes of partitions.", example: "{slot: 2 GiB}",
                fallback: "the image's"),
            Field(
                "completion", \.completion, .choice,
                "What follows a successful installation; `stay` lets the medium go on running.", example: "power-off",
                fallback: "`reboot`"),
            Field(
                "delay", \.delay, .integer(0...3600, "seconds"), "Seconds between the end and the restart.",
                example: "60", fallback: "10"),
        ], empty: InstallationSettings.init)
}

extension DiskSelector {
    static let form = Form.mapping(
        "a mapping that describes a disk",
        [
            Field(
                "device", \.device,
                .string("a path below /dev, or a pattern of such paths", pattern: "^/dev/.+$") { text in
                    text.hasPrefix("/dev/") && text.utf8.count > 5 && Form<String>.isOneLine(text)
                        && !text.split(separator: "/").contains("..")
                }, "Its path below `/dev`, or a pattern with `*` and `?`.", example: "/dev/disk/by-id/wwn-0x5000c500*"),
            Field(
                "serial", \.serial, .line("a serial number in one line"), "Its serial number.", example: "\"S3Z1NB0K\""),
            Field("wwn", \.wwn, .line("a World Wide Name"), "Its World Wide Name.", example: "\"0x5000c500a1b2c3d4\""),
            Field(
                "model", \.model, .line("a model or a pattern of it"), "Its model, or a pattern with `*` and `?`.",
                example: "\"Samsung SSD 970*\""),
            Field("transport", \.transport, .choice, "How it is attached.", example: "nvme"),
            Field("minimum-size", \.minimumSize, .size, "The smallest size.", example: "64 GiB"),
            Field("maximum-size", \.maximumSize, .size, "The largest size.", example: "2 TiB"),
            Field(
                "choose", \.choose, .choice, "Which of several disks that fit is taken.", example: "smallest",
                fallback: "`only`: exactly one must fit"),
        ], empty: DiskSelector.init)
}

extension PartitionSizes {
    static let form = Form.mapping(
        "a mapping",
        [
            Field("esp", \.esp, .size, "The EFI system partition.", example: "1 GiB", fallback: "the image's"),
            Field("slot", \.slot, .size, "One slot.", example: "2 GiB", fallback: "the image's"),
            Field("state", \.state, .size, "The state partition.", example: "20 GiB", fallback: "the rest of the disk"),
            Field(
                "data", \.data,
                .text("a size with its unit, such as 512 MiB, or \"rest\"", schema: [.init("minLength", 1)]) { text in
                    text == "rest" ? .rest : ByteSize(text).map { .bytes($0) }
                } text: { size in
                    switch size {
                    case .bytes(let size): size.description
                    case .rest: "rest"
                    }
                }, "A partition for guests' data: a size, or `rest`, which needs `state`.", example: "rest",
                fallback: "there is none"),
        ], empty: PartitionSizes.init)
}
