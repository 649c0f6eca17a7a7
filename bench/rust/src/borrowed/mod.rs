//! The peers `rust-serde`, `rust-serde-2t` and `rust-sonic`: the rewrite as it is published.
//!
//! Records borrow from the batch; a string that must be made (an escape undone, a case changed) lies in a bump arena
//! that is reset after every batch. What no stage reads is validated and passed on as the text that it was.

mod codec;
mod lines;
mod object;
mod pipeline;
mod records;
mod stages;
mod two_threads;
mod windows;

pub use codec::{SerdeJson, SonicRs};
pub use pipeline::OneThread;
pub use records::{Event, Letter};
pub use two_threads::{TwoThreads, two_threads};
