import Document

extension ConfigurationInput {
    /// The words of the kernel command line beside other inputs.
    ///
    /// What a network boot loader adds to every command line (`BOOTIF=`, `ip=dhcp`) does not replace the interfaces that the
    /// image, a credential, a config disk or a URL describes.
    public init(_ reading: CommandLineReading, beside others: [ConfigurationInput]) {
        let areDescribed = others.contains {
            $0.origin != .stored && $0.origin != .commandLine && $0.tree["network"]?["interfaces"] != nil
        }
        self.init(.commandLine, areDescribed ? reading.configurationBesideInterfaces : reading.configuration)
    }
}
