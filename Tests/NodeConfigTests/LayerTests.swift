import Document
import NodeConfig
import Testing

/// Which input wins, value by value and input by input.
@Suite struct LayerTests {
    private func input(_ origin: ConfigurationInput.Origin, _ text: String) throws -> ConfigurationInput {
        let diagnostics = Diagnostics()
        let input = ConfigurationInput(
            origin, Array("schemaVersion: 1\n\(text)\n".utf8), file: "\(origin).yaml", diagnostics)
        #expect(diagnostics.items.isEmpty)
        return try #require(input)
    }

    @Test func laterInputsWinKeyByKey() throws {
        let layers = LayeredConfiguration([
            try input(.commandLine, "hostname: line\ndns: {servers: [192.0.2.3]}"),
            try input(.image, "hostname: image\ntime: {zone: UTC, ntp: false}\nlocale: {keyboard: us}"),
            try input(
                .configDisk,
                "hostname: disk\ntime: {zone: Europe/Berlin}\ndns: {servers: [192.0.2.1, 192.0.2.2], search: [a.org]}"),
            try input(.credential, "time: {zone: Asia/Tokyo}\nstateless: true"),
            try input(.url, "stateless: false"),
        ])
        let diagnostics = Diagnostics()
        let configuration = try #require(layers.read(diagnostics))
        #expect(configuration.hostname?.text == "line")
        #expect(configuration.time.zone == "Europe/Berlin")
        #expect(configuration.time.ntpEnabled == false)
        #expect(configuration.locale.keyboard == "us")
        #expect(configuration.dns.servers.map(\.description) == ["192.0.2.3"])
        #expect(configuration.dns.search == ["a.org"])
        #expect(configuration.stateless == false)
        let values = layers.values().map { "\($0.path) = \(JSON.text($0.value)) (\($0.origin.name), \($0.place))" }
        #expect(
            values == [
                #"hostname = "line" (kernel command line, commandLine.yaml:2:11)"#,
                #"time.zone = "Europe/Berlin" (config disk, configDisk.yaml:3:14)"#,
                #"time.ntp = false (image, image.yaml:3:24)"#, #"locale.keyboard = "us" (image, image.yaml:4:20)"#,
                #"dns.servers[0] = "192.0.2.3" (kernel command line, commandLine.yaml:3:17)"#,
                #"dns.search[0] = "a.org" (config disk, configDisk.yaml:4:49)"#,
                #"stateless = false (URL, url.yaml:2:12)"#,
            ])
    }

    @Test func wordsOfTheKernelCommandLineHaveNoLines() throws {
        var configuration = NodeConfiguration()
        configuration.hostname = Hostname("line")
        configuration.administrator.passwordHash = Secret("$6$salt$0123456789012345678901")
        let layers = LayeredConfiguration([ConfigurationInput(.commandLine, configuration)])
        #expect(layers.values().map(\.place) == ["kernel command line", "kernel command line"])
        #expect(layers.values().map(\.value) == ["line", "(secret)"])
        #expect(layers.values().map(\.isInsecure) == [false, true])
        #expect(layers.read(Diagnostics()) == configuration)
        #expect(!configuration.shownYAML.contains("salt") && configuration.yaml.contains("salt"))
    }

    @Test func mistakesAreFoundAcrossInputsAtTheirPlaces() throws {
        let layers = LayeredConfiguration([
            try input(.configDisk, "hostname: node1\nstateless: true"),
            try input(.commandLine, "persist: [/etc/foo]\nssh: {port: 0}"),
        ])
        let diagnostics = Diagnostics()
        #expect(layers.read(diagnostics) == nil)
        #expect(diagnostics.sorted.map { "\($0.position)" } == ["commandLine.yaml:2:11", "commandLine.yaml:3:13"])
        #expect(layers.understood.hostname?.text == "node1")
    }

    /// DESIGN 6a: which input wins.
    @Test(arguments: [
        (stored: false, anew: false, stateless: false, expected: "line", stores: true),
        (stored: true, anew: false, stateless: false, expected: "stored", stores: false),
        (stored: true, anew: true, stateless: false, expected: "line", stores: true),
        (stored: true, anew: false, stateless: true, expected: "line", stores: false),
        (stored: false, anew: false, stateless: true, expected: "line", stores: false),
    ])
    func whatIsStoredWinsUnlessAskedAnew(stored: Bool, anew: Bool, stateless: Bool, expected: String, stores: Bool)
        throws
    {
        var inputs = [
            try input(.image, "hostname: image\nlocale: {keyboard: us}"),
            try input(.configDisk, "hostname: disk" + (stateless ? "\nstateless: true" : "")),
            try input(.commandLine, "hostname: line"),
        ]
        if stored { inputs.append(try input(.stored, "hostname: stored")) }
        let choice = ConfigurationChoice(inputs, anew: anew)
        #expect(choice.layers.read(Diagnostics())?.hostname?.text == expected)
        #expect(choice.layers.read(Diagnostics())?.locale.keyboard == "us")
        #expect((choice.toStore != nil) == stores)
        // The image's part may change with the image.
        #expect(choice.toStore?.locale.keyboard == nil)
        #expect(choice.isStateless == stateless)
        #expect(choice.ignored.map(\.origin) == (expected == "stored" ? [.configDisk, .commandLine] : []))
    }

    @Test func askingAnewWithoutInputsForgetsNothing() throws {
        let choice = ConfigurationChoice(
            [try input(.stored, "hostname: stored"), try input(.image, "hostname: image")], anew: true)
        #expect(choice.layers.read(Diagnostics())?.hostname?.text == "stored")
        #expect(choice.toStore == nil)
    }

    /// The document that a word names is an input, also before it is there.
    @Test func askingAnewWithADocumentOnItsWay() throws {
        let inputs = [try input(.stored, "hostname: stored"), try input(.image, "hostname: image")]
        #expect(ConfigurationChoice(inputs, anew: true, isAwaited: true).isProvisioned)
        #expect(!ConfigurationChoice(inputs, anew: false, isAwaited: true).isProvisioned)
    }

    @Test func nothingAtAllIsTheImage() throws {
        let choice = ConfigurationChoice([try input(.image, "hostname: image")], anew: false)
        #expect(choice.layers.read(Diagnostics())?.hostname?.text == "image")
        #expect(choice.toStore == nil)
        #expect(ConfigurationChoice([], anew: true).layers.read(Diagnostics()) == NodeConfiguration())
    }
}
