#pragma once
#include <stddef.h>

// libqrencode, loaded when the first code is drawn: nodectl also runs in the initramfs and on images without it, so it
// must not be linked with it.

/// Modules of a side of the largest QR Code, version 40 (ISO/IEC 18004:2015, 6.3.2).
enum { nodewright_qrencode_largest = 177 };

/// Makes a QR Code of `size` bytes as they are, with error correction level L, in the smallest version that holds them.
/// `modules` gets the modules row by row, 1 for dark; it has room for `largest` times `largest`. The number of modules
/// of a side; 0 when the library is missing, or when there are no bytes or too many.
int nodewright_qrencode(const unsigned char *data, size_t size, unsigned char *modules);
