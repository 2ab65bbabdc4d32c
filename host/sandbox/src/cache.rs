//! Compiled artefacts on disk, authenticated before they are loaded.
