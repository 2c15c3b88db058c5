// Filled by the first tests that share something.
