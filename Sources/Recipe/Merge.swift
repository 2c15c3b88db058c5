import Document

extension Node {
    /// This document with another one merged over it: mappings key by key, lists appended, everything else replaced.
    ///
    /// Every value keeps the place it comes from.
    func merged(under over: Node) -> Node {
        switch (value, over.value) {
        case (.mapping(let base), .mapping(let top)):
            var entries = base
            let places = Dictionary(zip(base.map(\.key), base.indices), uniquingKeysWith: { first, _ in first })
            for entry in top {
                if let index = places[entry.key] {
                    let value = entries[index].value.merged(under: entry.value)
                    entries[index] = Entry(key: entry.key, position: entry.position, value: value)
                } else {
                    entries.append(entry)
                }
            }
            return Node(.mapping(entries), at: over.position)
        case (.sequence(let base), .sequence(let top)): return Node(.sequence(base + top), at: over.position)
        default: return over
        }
    }

    /// This mapping with the value of one key changed; nil takes the key out.
    func setting(_ key: String, _ value: Node?) -> Node {
        var entries = mapping ?? []
        let index = entries.firstIndex { $0.key == key }
        if let index { entries.remove(at: index) }
        if let value {
            entries.insert(Entry(key: key, position: value.position, value: value), at: index ?? entries.count)
        }
        return Node(.mapping(entries), at: position)
    }
}
