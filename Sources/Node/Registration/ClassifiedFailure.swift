import Host

/// A failure of registration whose kind its exit status does not tell; `Registration` takes it apart and throws the failure.
struct ClassifiedFailure: Error {
    let problem: RegistrationState.Problem
    let failure: Failure

    init(_ problem: RegistrationState.Problem, _ failure: Failure) {
        self.problem = problem
        self.failure = failure
    }
}
