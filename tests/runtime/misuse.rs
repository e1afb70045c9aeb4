//! misuse
