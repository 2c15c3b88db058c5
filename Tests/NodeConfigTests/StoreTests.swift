import Glibc
import Host
import NodeConfig
import Testing

/// Generations on disk: kept, found again, gone back to, and never half there.
@Suite struct StoreTests {
    private func named(_ name: String) -> NodeConfiguration {
        var configuration = NodeConfiguration()
        configuration.hostname = Hostname(name)
        return configuration
    }

    private func withStore(_ body: (ConfigurationStore) throws -> Void) throws {
        try Folder.withTemporary(prefix: "store") { try body(ConfigurationStore(folder: Path.join($0, "config/a"))) }
    }

    private func failure(_ store: ConfigurationStore, _ number: Int? = nil) -> Failure? {
        do {
            try store.rollBack(to: number)
            return nil
        } catch {
            return error as? Failure
        }
    }

    private func hostname(_ store: ConfigurationStore) -> String? {
        let current = store.current(warn: { _ in })
        return current.flatMap { LayeredConfiguration([$0.input]).understood.hostname?.text }
    }

    @Test func fiveGenerationsAreKept() throws {
        try withStore { (store: ConfigurationStore) throws -> Void in
            #expect(hostname(store) == nil)
            #expect(try store.generations().isEmpty)
            for number in 1...7 { #expect(try store.write(named("node\(number)"), by: "test \(number)") == number) }
            #expect(try store.generations().map(\.number) == [3, 4, 5, 6, 7])
            #expect(try store.generations().map(\.note) == (3...7).map { "test \($0)" })
            #expect(try store.generations().filter(\.isCurrent).map(\.number) == [7])
            #expect(hostname(store) == "node7")
            // The same again is nothing new.
            #expect(try store.write(named("node7"), by: "test") == 7)
            #expect(
                try Folder.list(store.folder).sorted() == [
                    ".lock", "3.yaml", "4.yaml", "5.yaml", "6.yaml", "7.yaml", "current",
                ])
            #expect(try File.linkTarget(Path.join(store.folder, "current")) == "7.yaml")
            var status = stat()
            #expect(stat(Path.join(store.folder, "7.yaml"), &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func rollingBackGoesStepByStep() throws {
        try withStore { store in
            #expect(failure(store)?.status == .nothingToDo)
            for name in ["one", "two", "three"] { try store.write(named(name), by: "test") }
            #expect(try store.rollBack().number == 2)
            #expect(hostname(store) == "two")
            #expect(try store.rollBack().number == 1)
            #expect(hostname(store) == "one")
            #expect(failure(store)?.status == .nothingToDo)
            #expect(failure(store, 1)?.status == .nothingToDo)
            #expect(
                failure(store, 9)?.message == "there is no generation 9")
            #expect(try store.rollBack(to: 3).number == 3)
            #expect(try store.rollBack(to: 1).number == 1)
            // What is written now is the newest, and what was gone back from stays for a while.
            #expect(try store.write(named("four"), by: "test") == 4)
            #expect(hostname(store) == "four")
            #expect(try store.generations().map(\.number) == [1, 2, 3, 4])
        }
    }

    @Test func damageFallsBackToTheGenerationBefore() throws {
        try withStore { store in
            for name in ["one", "two", "three"] { try store.write(named(name), by: "test") }
            try File.write(Path.join(store.folder, "3.yaml"), "schemaVersion: 9\n")
            try File.write(Path.join(store.folder, "2.yaml"), [0xFF, 0x00])
            var warnings: [String] = []
            #expect(store.current { warnings.append($0) }?.generation.number == 1)
            #expect(warnings.count == 2)
            #expect(
                warnings.first
                    == "generation 3 of the stored configuration is passed over: the document has schemaVersion 9, but this program reads none above 1"
            )
            // Nobody goes back to what cannot be read.
            #expect(failure(store, 2)?.status == .invalidInput)
            #expect(try store.write(named("four"), by: "test") == 4)
            #expect(hostname(store) == "four")
        }
    }

    /// A file that was cut off is still YAML as a rule, and would say less than was stored.
    @Test func aGenerationCutOffAnywhereIsPassedOver() throws {
        try withStore { store in
            try store.write(named("one"), by: "test")
            var two = named("two")
            two.locale.keyboard = "de"
            try store.write(two, by: "test", sources: ["hostname": "config disk"])
            let path = Path.join(store.folder, "2.yaml")
            let whole = try File.read(path)
            for length in 0..<whole.count {
                try File.write(path, Array(whole.prefix(length)))
                var warnings: [String] = []
                #expect(store.current { warnings.append($0) }?.generation.number == 1, "after \(length) bytes")
                #expect(warnings.count == 1 && warnings[0].hasPrefix("generation 2 of the stored configuration is"))
            }
            try File.write(path, Array(whole.dropLast(20)))
            #expect(failure(store, 2)?.message == "generation 2 is current already")
            #expect(try store.rollBack(to: 1).number == 1)
            #expect(failure(store, 2)?.message == "generation 2: its end is missing")
            try File.write(path, whole)
            #expect(try store.rollBack(to: 2).number == 2)
            #expect(hostname(store) == "two")
        }
    }

    @Test(arguments: ["../../etc/shadow", "9.yaml", "x", "-1.yaml", "/etc/passwd.yaml"])
    func foreignLinksAreNotFollowed(target: String) throws {
        try withStore { store in
            for name in ["one", "two"] { try store.write(named(name), by: "test") }
            let link = Path.join(store.folder, "current")
            try File.remove(link)
            #expect(symlink(target, link) == 0)
            #expect(hostname(store) == "two")
            #expect(try store.write(named("three"), by: "test") == 3)
            #expect(hostname(store) == "three")
        }
    }

    /// What a power cut leaves: a file written aside, a link made aside, a generation that nobody points to.
    @Test func whatACutLeavesDoesNoHarm() throws {
        try withStore { store in
            for name in ["one", "two"] { try store.write(named(name), by: "test") }
            try File.write(Path.join(store.folder, "3.yaml.part"), "schemaVer")
            #expect(symlink("3.yaml", Path.join(store.folder, "current.part")) == 0)
            #expect(hostname(store) == "two")
            // Written, but not yet current: the older one counts.
            try File.write(Path.join(store.folder, "3.yaml"), named("three").yaml)
            #expect(hostname(store) == "two")
            #expect(try store.write(named("four"), by: "test") == 4)
            #expect(hostname(store) == "four")
            #expect(try store.generations().map(\.isCurrent) == [false, false, false, true])
        }
    }

    @Test func aNoteIsOneLine() throws {
        try withStore { store in
            try store.write(named("one"), by: "a\nhostname: two")
            #expect(hostname(store) == "one")
            #expect(try store.generations().first?.note == "a hostname: two")
        }
    }
}
