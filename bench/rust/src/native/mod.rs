//! The peer `rust-native`: Millrace's own technique in native code, as the limit of what it can reach.
//!
//! A record is never built. The scanner validates the whole line and notes where the fields stand; the stages work on
//! the bytes; the output is spliced from the bytes that came in and the few that are new.

mod additions;
mod block;
mod clean;
mod email;
mod hash;
mod layout;
mod number;
mod peer;
mod record;
mod records;
mod scan;
mod shape;
mod small_letters;
mod text;
mod users;
mod windows;
mod writer;

pub use peer::Native;
pub use records::{Events, Letters};
