#pragma once
#include <curl/curl.h>
// libcurl's options are variadic, which Swift cannot call: one function per kind of argument.
static inline CURLcode ncurl_set_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ncurl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ncurl_set_offset(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ncurl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
typedef size_t (*ncurl_write_fn)(char *, size_t, size_t, void *);
static inline CURLcode ncurl_set_write(CURL *h, CURLoption o, ncurl_write_fn f) { return curl_easy_setopt(h, o, f); }
typedef int (*ncurl_progress_fn)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
static inline CURLcode ncurl_set_progress(CURL *h, ncurl_progress_fn f) { return curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, f); }
static inline CURLcode ncurl_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode ncurl_get_string(CURL *h, CURLINFO i, const char **v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode ncurl_set_copied_blob(CURL *h, CURLoption o, const void *bytes, size_t count) {
    struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(h, o, &blob);
}
static inline CURLcode ncurl_set_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ncurl_set_copied_body(CURL *h, const void *v) { return curl_easy_setopt(h, CURLOPT_COPYPOSTFIELDS, v); }
// A header of the last answer, the last one of that name; NULL when it has none. Valid until the next transfer.
static inline const char *ncurl_answer_header(CURL *h, const char *name) {
    struct curl_header *header;
    return curl_easy_header(h, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}
