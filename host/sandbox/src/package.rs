//! Packages: a component with its manifest in one custom section.
