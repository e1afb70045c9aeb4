//! What those who watch a runtime tell of it: traces, dumps, the reports of stalls, and the debug mode.

mod acts;
mod causes;
mod debug;
mod dumps;
mod ends;
mod files;
mod gone;
mod kinds;
mod no_waker;
mod pending;
mod spins;
mod stalls;
mod traces;
mod unheard;
