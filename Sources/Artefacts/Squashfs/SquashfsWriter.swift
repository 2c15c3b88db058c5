import CSquashfs
import Glibc
import Host

/// The file that a squashfs is written into, by libsquashfs: blocks first, then the tables that describe them.
///
/// Squashfs 4.0: Documentation/filesystems/squashfs.rst of the kernel.
final class SquashfsWriter {
    /// What libsquashfs says when a number of an optional thing means none.
    private static let none: UInt32 = 0xFFFF_FFFF
    /// The mark of a block that is not compressed, in its size.
    private static let plain: UInt32 = 1 << 24

    private let path: String
    private let file: UnsafeMutablePointer<sqfs_file_t>
    private let compressor: UnsafeMutablePointer<sqfs_compressor_t>
    private var header = sqfs_super_t()
    private let fragments: OpaquePointer
    private let ids: OpaquePointer
    private let attributes: OpaquePointer
    private let inodes: OpaquePointer
    private let folders: OpaquePointer
    private let names: OpaquePointer

    /// - Parameters:
    ///   - path: a file that does not exist
    ///   - epoch: the time of the file system
    init(_ path: String, _ compression: Squashfs.Compression, blockSize: Int, epoch: Int) throws {
        self.path = path
        compressor = try BlockCompressor.forTables(compression, blockSize: blockSize)
        errno = 0
        guard let file = sqfs_open_file(path, 0) else {
            nsqfs_destroy(compressor)
            throw systemFailure(errno, "create \"\(path)\"")
        }
        self.file = file
        guard let fragments = sqfs_frag_table_create(0), let ids = sqfs_id_table_create(0),
            let attributes = sqfs_xattr_writer_create(0), let inodes = sqfs_meta_writer_create(file, compressor, 0),
            let folders = sqfs_meta_writer_create(file, compressor, UInt32(SQFS_META_WRITER_KEEP_IN_MEMORY.rawValue)),
            let names = sqfs_dir_writer_create(folders, UInt32(SQFS_DIR_WRITER_CREATE_EXPORT_TABLE.rawValue))
        else { throw Failure(.internalError, "libsquashfs could not be started") }
        self.fragments = fragments
        self.ids = ids
        self.attributes = attributes
        self.inodes = inodes
        self.folders = folders
        self.names = names
        let id: SQFS_COMPRESSOR
        switch compression {
        case .zstd: id = SQFS_COMP_ZSTD
        case .xz: id = SQFS_COMP_XZ
        }
        try check(sqfs_super_init(&header, blockSize, UInt32(epoch), id))
        // Room for it; the numbers come at the end.
        try check(sqfs_super_write(&header, file))
        if try check(nsqfs_write_options(compressor, file)) > 0 {
            header.flags |= UInt16(SQFS_FLAG_COMPRESSOR_OPTIONS.rawValue)
        }
    }

    deinit {
        for object in [names, folders, inodes, attributes, ids, fragments] {
            nsqfs_destroy(UnsafeMutableRawPointer(object))
        }
        nsqfs_destroy(file)
        nsqfs_destroy(compressor)
    }

    /// Adds a block of a file's own.
    ///
    /// - Returns: where it begins, and its size as inodes name it
    func append(_ bytes: [UInt8], isCompressed: Bool) throws -> (offset: Int, size: UInt32) {
        let offset = nsqfs_file_size(file)
        try check(nsqfs_file_write(file, offset, bytes, bytes.count))
        return (Int(offset), UInt32(bytes.count) | (isCompressed ? 0 : Self.plain))
    }

    /// Makes a block one that files share.
    ///
    /// - Returns: its number
    func share(_ block: (offset: Int, size: UInt32)) throws -> UInt32 {
        var index: UInt32 = 0
        try check(sqfs_frag_table_append(fragments, UInt64(block.offset), block.size, &index))
        return index
    }

    /// Where the content of a file lies.
    struct FileData {
        var start = 0
        var blocks: [UInt32] = []
        var fragment: (index: UInt32, offset: Int)?
        var size = 0
    }

    /// Writes all inodes, folders and tables.
    ///
    /// - Parameter data: where the content of a file is
    func finish(_ tree: SquashfsTree, data: (SquashfsEntry) throws -> FileData) throws {
        header.inode_table_start = nsqfs_file_size(file)
        header.inode_count = UInt32(tree.inodeCount)
        var references = [UInt64](repeating: 0, count: tree.inodeCount + 1)
        for step in tree.steps {
            var block: UInt64 = 0
            var offset: UInt32 = 0
            let node = tree.nodes[step]
            let inode = try node.isFolder ? folder(node, in: tree, references) : inode(node, data)
            defer { free(inode) }
            try describe(inode, node)
            sqfs_meta_writer_get_position(inodes, &block, &offset)
            references[node.inode] = block << 16 | UInt64(offset)
            try check(sqfs_meta_writer_write_inode(inodes, inode))
        }
        try check(sqfs_meta_writer_flush(inodes))
        header.root_inode_ref = references[tree.nodes[0].inode]
        header.directory_table_start = nsqfs_file_size(file)
        try check(sqfs_meta_writer_flush(folders))
        try check(sqfs_meta_write_write_to_file(folders))
        try check(sqfs_frag_table_write(fragments, file, &header, compressor))
        try check(
            sqfs_dir_writer_write_export_table(
                names, file, compressor, UInt32(tree.nodes[0].inode), header.root_inode_ref, &header))
        try check(sqfs_id_table_write(ids, file, &header, compressor))
        try check(sqfs_xattr_writer_flush(attributes, file, &header, compressor))
        header.bytes_used = nsqfs_file_size(file)
        try check(sqfs_super_write(&header, file))
        // Block devices have whole pages.
        let padding = (4096 - Int(header.bytes_used) % 4096) % 4096
        if padding > 0 {
            try check(
                nsqfs_file_write(file, header.bytes_used, [UInt8](repeating: 0, count: padding), padding))
        }
    }

    /// What all kinds of inodes have.
    private func describe(_ inode: UnsafeMutablePointer<sqfs_inode_generic_t>, _ node: SquashfsTree.Node) throws {
        let entry = node.entry
        inode.pointee.base.mode = UInt16(entry.mode & 0o7777)
        inode.pointee.base.mod_time = UInt32(clamping: entry.modified)
        inode.pointee.base.inode_number = UInt32(node.inode)
        try check(sqfs_id_table_id_to_index(ids, UInt32(entry.userID), &inode.pointee.base.uid_idx))
        try check(sqfs_id_table_id_to_index(ids, UInt32(entry.groupID), &inode.pointee.base.gid_idx))
        guard !entry.attributes.isEmpty else { return }
        var index: UInt32 = 0
        try check(sqfs_xattr_writer_begin(attributes, 0))
        for (name, value) in entry.attributes {
            try check(sqfs_xattr_writer_add(attributes, name, value, value.count))
        }
        try check(sqfs_xattr_writer_end(attributes, &index))
        try check(sqfs_inode_set_xattr_index(inode, index))
    }

    /// The inode of anything but a folder.
    private func inode(_ node: SquashfsTree.Node, _ data: (SquashfsEntry) throws -> FileData) throws
        -> UnsafeMutablePointer<sqfs_inode_generic_t>
    {
        let entry = node.entry
        switch entry.kind {
        case .regular:
            let data = try data(entry)
            let inode = try data.blocks.withUnsafeBytes { try make(SQFS_INODE_FILE, $0) }
            inode.pointee.data.file.fragment_index = Self.none
            try check(sqfs_inode_set_file_size(inode, UInt64(data.size)))
            try check(sqfs_inode_set_file_block_start(inode, UInt64(data.start)))
            if let fragment = data.fragment {
                try check(sqfs_inode_set_frag_location(inode, fragment.index, UInt32(fragment.offset)))
            }
            if node.names > 1 {
                try check(sqfs_inode_make_extended(inode))
                inode.pointee.data.file_ext.nlink = UInt32(node.names)
            }
            return inode
        case .link(let target):
            let inode = try Array(target.utf8).withUnsafeBytes { try make(SQFS_INODE_SLINK, $0) }
            inode.pointee.data.slink.nlink = 1
            inode.pointee.data.slink.target_size = UInt32(target.utf8.count)
            return inode
        case .fifo:
            let inode = try [UInt8]().withUnsafeBytes { try make(SQFS_INODE_FIFO, $0) }
            inode.pointee.data.ipc.nlink = 1
            return inode
        case .folder, .hardLink: throw Failure(.internalError, "\"\(entry.path)\" has no inode of this kind")
        }
    }

    /// The inode of a folder, once everything in it has one.
    private func folder(_ node: SquashfsTree.Node, in tree: SquashfsTree, _ references: [UInt64]) throws
        -> UnsafeMutablePointer<sqfs_inode_generic_t>
    {
        try check(sqfs_dir_writer_begin(names, 0))
        var folderCount = 0
        for child in node.children {
            let target = tree.nodes[child.node]
            if target.isFolder { folderCount += 1 }
            try check(
                sqfs_dir_writer_add_entry(
                    names, child.name, UInt32(target.inode), references[target.inode], target.fileType))
        }
        try check(sqfs_dir_writer_end(names))
        let parent = node.parent.map { tree.nodes[$0].inode } ?? tree.inodeCount + 1
        guard let inode = sqfs_dir_writer_create_inode(names, 0, Self.none, UInt32(parent)) else {
            throw Failure(.internalError, "libsquashfs cannot describe the folder \"\(node.entry.path)\"")
        }
        if inode.pointee.base.type == UInt16(SQFS_INODE_DIR.rawValue) {
            inode.pointee.data.dir.nlink = UInt32(folderCount + 2)
        } else {
            inode.pointee.data.dir_ext.nlink = UInt32(folderCount + 2)
        }
        return inode
    }

    private func make(_ type: SQFS_INODE_TYPE, _ tail: UnsafeRawBufferPointer) throws
        -> UnsafeMutablePointer<sqfs_inode_generic_t>
    {
        guard let inode = nsqfs_inode(UInt16(type.rawValue), tail.baseAddress, tail.count) else {
            throw Failure(.internalError, "there is no memory left")
        }
        return inode
    }

    @discardableResult
    private func check(_ result: Int32) throws -> Int32 {
        let code = errno
        if result >= 0 { return result }
        if result == SQFS_ERROR_IO.rawValue { throw systemFailure(code, "write \"\(path)\"") }
        throw Failure(.internalError, "libsquashfs cannot write \"\(path)\" (\(result))")
    }
}
