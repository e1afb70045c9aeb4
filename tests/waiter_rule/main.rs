//! waiter_rule
