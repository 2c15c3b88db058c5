// Filled by the module's own change.
