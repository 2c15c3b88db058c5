#pragma once
#include <stddef.h>

// libcrypt, loaded when the first password is hashed: nodectl also runs in the initramfs, where there are no passwords
// to hash, so it must not be linked with it.

/// Hashes a password of `length` bytes, none of them NUL, by the method that crypt(5) names by `prefix` (`$y$`), with a
/// new salt from the kernel's random numbers. `cost` is as crypt(5) says for the method, 0 for the library's own;
/// `hash` gets a C string. 0, or the number of the error: ELIBACC without a usable libcrypt, EINVAL when it does not
/// have the method, ERANGE for a password or a hash that is too long.
int nodewright_crypt(
    const char *prefix, unsigned long cost, const char *password, size_t length, char *hash, size_t size);
