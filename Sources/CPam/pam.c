#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <security/pam_appl.h>
#include "CPam.h"

// Answers every question that is not echoed with the password, and nothing else: whoever asks for more is refused.
static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data) {
    if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
    struct pam_response *answers = calloc((size_t)count, sizeof *answers);
    if (!answers) return PAM_BUF_ERR;
    for (int index = 0; index < count; index++) {
        switch (messages[index]->msg_style) {
        case PAM_PROMPT_ECHO_OFF:
            answers[index].resp = strdup(data);
            if (answers[index].resp) continue;
            break;
        case PAM_TEXT_INFO:
        case PAM_ERROR_MSG:
            continue;
        default:
            break;
        }
        for (int done = 0; done < index; done++) {
            if (answers[done].resp) explicit_bzero(answers[done].resp, strlen(answers[done].resp));
            free(answers[done].resp);
        }
        free(answers);
        return PAM_CONV_ERR;
    }
    *responses = answers;
    return PAM_SUCCESS;
}

int nodewright_pam_check(const char *service, const char *user, const char *terminal, const char *password) {
    void *library = dlopen("libpam.so.0", RTLD_NOW | RTLD_GLOBAL);
    if (!library) return nodewright_pam_broken;
    __typeof__(pam_start) *start = (__typeof__(pam_start) *)dlsym(library, "pam_start");
    __typeof__(pam_set_item) *set = (__typeof__(pam_set_item) *)dlsym(library, "pam_set_item");
    __typeof__(pam_authenticate) *authenticate = (__typeof__(pam_authenticate) *)dlsym(library, "pam_authenticate");
    __typeof__(pam_acct_mgmt) *account = (__typeof__(pam_acct_mgmt) *)dlsym(library, "pam_acct_mgmt");
    __typeof__(pam_end) *end = (__typeof__(pam_end) *)dlsym(library, "pam_end");
    if (!start || !set || !authenticate || !account || !end) return nodewright_pam_broken;
    struct pam_conv conversation = {converse, (void *)password};
    pam_handle_t *handle = NULL;
    if (start(service, user, &conversation, &handle) != PAM_SUCCESS) return nodewright_pam_broken;
    if (terminal) set(handle, PAM_TTY, terminal);
    int code = authenticate(handle, PAM_DISALLOW_NULL_AUTHTOK);
    if (code == PAM_SUCCESS) code = account(handle, 0);
    end(handle, code);
    switch (code) {
    case PAM_SUCCESS: return nodewright_pam_granted;
    case PAM_NEW_AUTHTOK_REQD: return nodewright_pam_expired;
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_MAXTRIES:
    case PAM_PERM_DENIED:
    case PAM_ACCT_EXPIRED: return nodewright_pam_refused;
    default: return nodewright_pam_broken;
    }
}
