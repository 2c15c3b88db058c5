// Filled by the change that first needs this module.
