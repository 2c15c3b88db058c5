#pragma once
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
// The flags are a macro that Swift cannot read.
static inline int ncrypto_print_subject(BIO *out, const X509 *c) {
    return X509_NAME_print_ex(out, X509_get_subject_name(c), 0, XN_FLAG_RFC2253);
}
