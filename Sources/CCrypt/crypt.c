// explicit_bzero
#define _DEFAULT_SOURCE
#include <crypt.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "CCrypt.h"

// An error of libcrypt; it should say which, but a success that is none must never be taken for a hash.
static int failed(void) { return errno ? errno : EIO; }

static int hash_with_salt(
    __typeof__(crypt_gensalt_rn) *make_salt, __typeof__(crypt_rn) *make_hash, struct crypt_data *data,
    const char *prefix, unsigned long cost, char *hash, size_t size) {
    errno = 0;
    // No random bytes given: the library takes as many as the method wants from the kernel, or fails.
    if (!make_salt(prefix, cost, NULL, 0, data->setting, (int)sizeof data->setting)) return failed();
    errno = 0;
    const char *made = make_hash(data->input, data->setting, data, (int)sizeof *data);
    // "*0" is how other functions of the family say that they failed.
    if (!made || made[0] == '*') return failed();
    const size_t length = strlen(made);
    if (length >= size) return ERANGE;
    memcpy(hash, made, length + 1);
    return 0;
}

int nodewright_crypt(
    const char *prefix, unsigned long cost, const char *password, size_t length, char *hash, size_t size) {
    // libxcrypt, which has had both names: .2 where it is built without the functions that only old programs call
    // (Fedora, RHEL 9), .1 elsewhere (Debian, RHEL 8). What is called here is the same in both.
    void *library = dlopen("libcrypt.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libcrypt.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return ELIBACC;
    __typeof__(crypt_gensalt_rn) *make_salt = NULL;
    __typeof__(crypt_rn) *make_hash = NULL;
    *(void **)(&make_salt) = dlsym(library, "crypt_gensalt_rn");
    *(void **)(&make_hash) = dlsym(library, "crypt_rn");
    // glibc's own libcrypt.so.1 had neither.
    if (!make_salt || !make_hash) return ELIBACC;
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return ENOMEM;
    int code = ERANGE;
    if (length < sizeof data->input) {
        // The one copy of the password, ended by a NUL; the library clears its own ones.
        if (length > 0) memcpy(data->input, password, length);
        code = hash_with_salt(make_salt, make_hash, data, prefix, cost, hash, size);
    }
    explicit_bzero(data, sizeof *data);
    free(data);
    return code;
}
