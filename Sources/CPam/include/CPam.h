#pragma once

/// What PAM says to a user and a password.
enum nodewright_pam {
    nodewright_pam_granted = 0,
    /// Wrong, or no such user.
    nodewright_pam_refused = 1,
    /// Right, but the password must be changed first.
    nodewright_pam_expired = 2,
    /// The library, the service's file or something in it does not work.
    nodewright_pam_broken = 3,
};

/// Asks PAM (pam(3)), bound when it is needed. The password is wiped from every copy that is made here.
int nodewright_pam_check(const char *service, const char *user, const char *terminal, const char *password);
