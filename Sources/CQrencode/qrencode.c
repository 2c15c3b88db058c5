#include <dlfcn.h>
#include <limits.h>
#include <qrencode.h>
#include "CQrencode.h"

int nodewright_qrencode(const unsigned char *data, size_t size, unsigned char *modules) {
    if (size == 0 || size > INT_MAX) return 0;
    void *library = dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    __typeof__(QRcode_encodeData) *encode = NULL;
    __typeof__(QRcode_free) *release = NULL;
    *(void **)(&encode) = dlsym(library, "QRcode_encodeData");
    *(void **)(&release) = dlsym(library, "QRcode_free");
    if (!encode || !release) return 0;
    // Version 0: the smallest. Level L: a screen has no dirt and no creases, and a smaller code has larger modules.
    QRcode *code = encode((int)size, data, 0, QR_ECLEVEL_L);
    if (!code) return 0;
    const int width = code->width > 0 && code->width <= nodewright_qrencode_largest ? code->width : 0;
    // The other bits of a byte say what the module is for.
    for (int i = 0; i < width * width; i++) modules[i] = code->data[i] & 1;
    release(code);
    return width;
}
