import ArgumentParser
import Host

/// How a command tells what it does; the same on every command.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print events and the result as JSON, one object per line.")
    var json = false

    @Flag(name: [.short, .long], help: "Show every external command that runs.")
    var verbose = false

    /// A sink that shows progress on standard error, or as JSON on standard output.
    func progress() -> ProgressSink {
        let renderer = Renderer(json: json, verbose: verbose)
        return { renderer.show($0) }
    }
}
