#pragma once
#include <stdlib.h>
#include <string.h>
#include <sqfs/compressor.h>
#include <sqfs/dir_writer.h>
#include <sqfs/error.h>
#include <sqfs/frag_table.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/meta_writer.h>
#include <sqfs/super.h>
#include <sqfs/xattr_writer.h>
// libsquashfs's objects are C structures with function pointers, and its inodes have a tail whose length C does not know;
// Swift can use neither.
static inline void nsqfs_destroy(void *object) { sqfs_destroy(object); }
static inline sqfs_u64 nsqfs_file_size(const sqfs_file_t *file) { return file->get_size(file); }
static inline int nsqfs_file_write(sqfs_file_t *file, sqfs_u64 offset, const void *bytes, size_t count) {
    return file->write_at(file, offset, bytes, count);
}
static inline sqfs_s32 nsqfs_compress(sqfs_compressor_t *c, const void *in, sqfs_u32 size, void *out, sqfs_u32 room) {
    return c->do_block(c, in, size, out, room);
}
static inline int nsqfs_write_options(sqfs_compressor_t *c, sqfs_file_t *file) { return c->write_options(c, file); }

// An inode with room for a tail, zeroed; freed with free().
static inline sqfs_inode_generic_t *nsqfs_inode(sqfs_u16 type, const void *tail, size_t count) {
    sqfs_inode_generic_t *inode = calloc(1, sizeof(*inode) + count + 1);
    if (inode == NULL) return NULL;
    inode->base.type = type;
    inode->payload_bytes_available = count;
    inode->payload_bytes_used = count;
    if (count > 0) memcpy(inode->extra, tail, count);
    return inode;
}
