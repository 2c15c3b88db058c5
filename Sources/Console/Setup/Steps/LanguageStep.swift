import Document
import NodeConfig

/// Keyboard and language of the console.
struct LanguageStep: SetupStep {
    let name = "language"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        var page = Page(name, "Keyboard and language", actions: [.next])
        page.text = [
            "This wizard sets up the node. Enter goes on, Esc goes back; nothing is changed before the summary."
        ]
        var keyboard = Field.text("keyboard", "Keyboard", draft.configuration.locale.keyboard ?? "", limit: 64)
            .hinting("such as us or de-nodeadkeys")
            .checked { text in text.isEmpty ? nil : SetupCheck.mistake(["locale": ["keyboard": .string(text)]]) }
        keyboard.origin = draft.origin(of: "locale.keyboard")
        var language = Field.text("language", "Language", draft.configuration.locale.language ?? "", limit: 64)
            .hinting("such as en_US.UTF-8")
            .checked { text in text.isEmpty ? nil : SetupCheck.mistake(["locale": ["language": .string(text)]]) }
        language.origin = draft.origin(of: "locale.language")
        page.fields = [keyboard, language]
        page.help = [
            "The keyboard's layout is in force as soon as you go on, on this screen. Left empty, the image's own stays.",
            "The language is that of programs in the shell; this wizard and the logs are in English.",
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        for name in ["keyboard", "language"] where !answer[name].isEmpty {
            if let mistake = SetupCheck.mistake(["locale": .object([name: .string(answer[name])])]) {
                return .refuse(Complaint(mistake, field: name))
            }
        }
        let keyboard = answer["keyboard"]
        if !keyboard.isEmpty, keyboard != draft.configuration.locale.keyboard {
            let known = context.machine.keymaps
            guard known.isEmpty || known.contains(keyboard) else {
                return .refuse(Complaint("there is no keymap \"\(keyboard)\" in this image", field: "keyboard"))
            }
            try context.machine.use(keymap: keyboard)
        }
        draft.configuration.locale.keyboard = keyboard.isEmpty ? nil : keyboard
        draft.configuration.locale.language = answer["language"].isEmpty ? nil : answer["language"]
        return .next
    }
}
