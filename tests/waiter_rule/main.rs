//! The waiter rule: a leaf future wakes whomever its context names, whatever stands between the
//! leaf and the task. Combinators times leaves, foreign executors times leaves, and leaves that
//! move between two polls.

mod apart;
mod combinators;
mod foreign;
mod leaves;
mod moved;
mod table;
