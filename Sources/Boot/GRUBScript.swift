/// Text for GRUB's own language.
public enum GRUBScript {
    /// A word that means exactly `text`.
    public static func quote(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x2B && $0 <= 0x3A) || $0 == 0x5F
                || $0 == 0x3D
        }
        if plain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
