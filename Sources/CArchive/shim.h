#pragma once
#include <archive.h>
#include <archive_entry.h>

// The kinds of files as plain numbers; in C they are macros with casts, which Swift does not import.
enum { narchive_regular = AE_IFREG, narchive_folder = AE_IFDIR, narchive_link = AE_IFLNK, narchive_character = AE_IFCHR,
       narchive_block = AE_IFBLK, narchive_fifo = AE_IFIFO, narchive_socket = AE_IFSOCK };
