import Host
import NodeConfig
import Transfer

/// The wizard: goes through its steps, forth and back, until everything is decided and done.
///
/// It knows neither terminals nor the machine: pages go to a `Presenter`, deeds to a `SetupMachine`.
public struct Setup {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// The system was installed, and somebody wants the restart, or not yet.
        case installed(restarts: Bool)
        /// The running system was configured.
        case configured
    }

    /// What is asked about: everything at the first start, one thing from the menu later.
    public enum Topic: String, Sendable, CaseIterable {
        case everything, keyboard, hostname, network, access, engine, lockdown

        /// Its steps, in order.
        var steps: [any SetupStep] {
            let network: [any SetupStep] = [
                NetworkStep(), InterfaceStep(), AddressesStep(), NetworkTestStep(), NetworkKeepStep(),
            ]
            let engine: [any SetupStep] = [EngineStep(), FingerprintStep()]
            let end: [any SetupStep] = [SaveStep(), SummaryStep(), DoneStep()]
            switch self {
            case .everything:
                return [LanguageStep(), PurposeStep(), DiskStep(), WipeStep(), HostnameStep()] + network
                    + [AccessStep()] + engine + end
            case .keyboard: return [LanguageStep()] + end
            case .hostname: return [HostnameStep()] + end
            case .network: return network + end
            case .access: return [AccessStep()] + end
            case .engine: return engine + end
            case .lockdown: return [LockDownStep()] + end
            }
        }
    }

    /// What was decided so far.
    public private(set) var draft: SetupDraft
    private let machine: any SetupMachine
    private let journal: SetupJournal?
    private let steps: [any SetupStep]
    /// A fingerprint of what was in force at the beginning: a journal of something else counts no more.
    private let base: String
    /// What was typed, by page and field; nothing secret.
    private var typed: [String: [String: String]] = [:]
    private var index = 0

    /// A wizard.
    ///
    /// - Parameter journal: keeps what was decided, so that a console which was killed goes on where it was
    public init(
        _ draft: SetupDraft, _ machine: any SetupMachine, about topic: Topic = .everything, journal: SetupJournal? = nil
    ) {
        self.draft = draft
        steps = topic.steps
        self.machine = machine
        self.journal = journal
        base = Checksum.of(Array(draft.configuration.yaml.utf8)).hex
        if let kept = journal?.read(base: base) {
            self.draft = kept.draft(over: draft)
            typed = kept.typed
            let page = steps.first { $0.name == kept.page }?.resumption
            index = steps.firstIndex { $0.name == page } ?? 0
        }
    }

    /// Runs to the end.
    ///
    /// - Throws: `PresenterEnd` when nobody answers any more
    public mutating func run(_ presenter: some Presenter) throws -> Outcome {
        var complaint: Complaint?
        while true {
            let step = steps[index]
            var shown: Page?
            do { shown = try step.page(draft, machine) } catch let failure as Failure {
                shown = Page(step.name, "This step does not work", actions: [.back])
                complaint = Complaint(failure.words)
            }
            guard var page = shown else {
                index += 1
                continue
            }
            for number in page.fields.indices where page.fields[number].isRemembered {
                let name = page.fields[number].name
                guard let value = typed[page.name]?[name] else { continue }
                if page.fields[number].takes(value) {
                    if value != page.fields[number].value { page.fields[number].origin = nil }
                    page.fields[number].value = value
                }
            }
            page.complaint = complaint
            complaint = nil
            note(step.name)
            let answer = try presenter.ask(page)
            remember(answer, page)
            if answer.action == Page.Action.back.name, page.actions.contains(.back) {
                try goBack()
                continue
            }
            let context = SetupContext(
                machine: machine, present: { title, body in try presenter.work(title, body) },
                show: { try presenter.show($0(presenter.showsBlocks)) })
            do {
                switch try step.take(answer, &draft, context) {
                case .next: index = min(index + 1, steps.count - 1)
                case .back: try goBack()
                case .again: break
                case .refuse(let text): complaint = text
                case .go(let name): index = steps.firstIndex { $0.name == name } ?? index
                case .finish(let outcome):
                    journal?.forget()
                    return outcome
                }
            } catch let failure as Failure {
                complaint = Complaint(failure.words)
            }
        }
    }

    /// To the page before; there is none before the first one, from which it leaves.
    private mutating func goBack() throws {
        let earlier = steps[..<index].lastIndex { step in (try? step.page(draft, machine)) ?? nil != nil }
        guard let earlier else { throw PresenterEnd.interrupted }
        index = earlier
    }

    private mutating func remember(_ answer: PageAnswer, _ page: Page) {
        let open = answer.values.filter { name, _ in page[name]?.isRemembered == true }
        typed[page.name, default: [:]].merge(open) { $1 }
        note(page.name)
    }

    private func note(_ page: String) {
        // There is nothing to go on with once all is done.
        guard page != DoneStep().name else { return journal?.forget() ?? () }
        journal?.write(page: page, base: base, draft, typed)
    }
}

/// What a step may use while it takes an answer.
struct SetupContext {
    /// The machine.
    let machine: any SetupMachine
    fileprivate let present: (String, (@escaping ProgressSink) throws -> Void) throws -> Void
    /// Shows a drawing that is made with half blocks, or without; false when the terminal is too small for it.
    let show: ((Bool) -> [String]) throws -> Bool

    fileprivate init(
        machine: any SetupMachine,
        present: @escaping (String, (@escaping ProgressSink) throws -> Void) throws -> Void,
        show: @escaping ((Bool) -> [String]) throws -> Bool
    ) {
        self.machine = machine
        self.present = present
        self.show = show
    }

    /// Shows how far some work is while it is done.
    func work<Value>(_ title: String, _ body: (@escaping ProgressSink) throws -> Value) throws -> Value {
        var result: Result<Value, any Error>?
        try present(title) { sink in result = Result { try body(sink) } }
        guard let result else { throw Failure(.internalError, "\(title): nothing was done") }
        return try result.get()
    }
}

extension Failure {
    /// Message, details and hint as one paragraph.
    var words: String {
        ([message] + details).joined(separator: "; ") + (hint.map { " (\($0))" } ?? "")
    }
}

extension Field {
    /// Whether a value is one of those that may be in it.
    func takes(_ value: String) -> Bool {
        switch kind {
        case .choice(let choices): choices.contains { $0.name == value }
        case .toggle: ["yes", "no"].contains(value)
        case .text(let limit): value.utf8.count <= limit
        case .secret: false
        }
    }
}
