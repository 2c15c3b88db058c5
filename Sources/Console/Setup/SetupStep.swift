/// One step of the wizard: a page, and what its answer means.
protocol SetupStep {
    /// The name of its page.
    var name: String { get }

    /// The name of the page with which a run begins that was cut off at this one.
    var resumption: String { get }

    /// The page; nil when there is nothing to ask.
    func page(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Page?

    /// Takes an answer into the draft.
    ///
    /// - Throws: what is wrong with it, for whoever has given it
    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove
}

extension SetupStep {
    var resumption: String { name }
}

/// Where the wizard goes after an answer.
enum SetupMove {
    /// On to the next step.
    case next
    /// To the step before.
    case back
    /// The same page again, with what has changed.
    case again
    /// The same page again, with what is wrong.
    case refuse(Complaint)
    /// To the page of a name.
    case go(to: String)
    /// Everything is done.
    case finish(Setup.Outcome)
}
