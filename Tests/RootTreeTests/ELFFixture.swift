/// A small 64-bit ELF file made by hand: sections with content, no segments.
func elfFile(sections: [(name: String, type: UInt32, content: [UInt8])], type: UInt16 = 1, machine: UInt16 = 62)
    -> [UInt8]
{
    func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    var names: [UInt8] = [0]
    var content: [UInt8] = []
    var headers = [UInt8](repeating: 0, count: 64)
    func append(_ name: String, _ type: UInt32, _ bytes: [UInt8]) {
        let header = [little(UInt32(names.count)), little(type), little(UInt64(0)), little(UInt64(0))].flatMap { $0 }
        let place = [little(UInt64(64 + content.count)), little(UInt64(bytes.count))].flatMap { $0 }
        headers += header + place + [UInt8](repeating: 0, count: 24)
        names += Array(name.utf8) + [0]
        content += bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }
    for section in sections { append(section.name, section.type, section.content) }
    let namesWithOwn = names + Array(".shstrtab".utf8) + [0]
    append(".shstrtab", 3, namesWithOwn)
    let count = UInt16(sections.count + 2)
    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    file += little(type) + little(machine) + little(UInt32(1)) + little(UInt64(0)) + little(UInt64(0))
    file += little(UInt64(64 + content.count)) + little(UInt32(0)) + little(UInt16(64))
    file += little(UInt16(56)) + little(UInt16(0)) + little(UInt16(64)) + little(count) + little(count - 1)
    return file + content + headers
}

/// A note section as systemd's macro writes it.
func dlopenNote(_ json: String) -> [UInt8] {
    func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    let text = Array(json.utf8) + [0]
    let note = little(4) + little(UInt32(text.count)) + little(0x407C_0C0A) + Array("FDO".utf8) + [0] + text
    return note + [UInt8](repeating: 0, count: (4 - text.count % 4) % 4)
}

/// A small program or shared library made by hand: the parts that the loader reads, and no code.
func dynamicFile(soname: String? = nil, needed: [String] = [], runpath: String? = nil, interpreter: String? = nil)
    -> [UInt8]
{
    func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    let programHeaders = interpreter == nil ? 2 : 3
    let stringsAt = 64 + programHeaders * 56
    var strings: [UInt8] = [0]
    func string(_ text: String) -> UInt64 {
        defer { strings += Array(text.utf8) + [0] }
        return UInt64(strings.count)
    }
    var entries: [(UInt64, UInt64)] = needed.map { (1, string($0)) }
    if let soname { entries.append((14, string(soname))) }
    if let runpath { entries.append((29, string(runpath))) }
    let interpreterAt = interpreter.map { UInt64(stringsAt) + string($0) } ?? 0
    strings += [UInt8](repeating: 0, count: (8 - strings.count % 8) % 8)
    entries += [(5, UInt64(stringsAt)), (0, 0)]
    let dynamic = entries.flatMap { little($0.0) + little($0.1) }
    let dynamicAt = stringsAt + strings.count
    let end = UInt64(dynamicAt + dynamic.count)
    func header(_ type: UInt32, _ offset: UInt64, _ size: UInt64) -> [UInt8] {
        little(type) + little(UInt32(4)) + [offset, offset, offset, size, size, 8].flatMap { little($0) }
    }
    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    file += little(UInt16(3)) + little(UInt16(62)) + little(UInt32(1)) + little(UInt64(0)) + little(UInt64(64))
    file += little(UInt64(0)) + little(UInt32(0)) + little(UInt16(64)) + little(UInt16(56))
    file += little(UInt16(programHeaders)) + little(UInt16(64)) + little(UInt16(0)) + little(UInt16(0))
    file += header(1, 0, end) + header(2, UInt64(dynamicAt), UInt64(dynamic.count))
    if let interpreter { file += header(3, interpreterAt, UInt64(interpreter.utf8.count + 1)) }
    return file + strings + dynamic
}
