//! The house rules that the compiler does not keep.
