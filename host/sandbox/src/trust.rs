//! Trust: whose signature makes a package run.
