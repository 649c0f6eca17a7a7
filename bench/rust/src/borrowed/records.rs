//! The records of the two scenarios.

use bumpalo::Bump;
use serde::de::MapAccess;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::codec::Codec;
use super::object::{Amount, Fields, Number, Rest, Value, no_members};
use super::stages::{Clean, Needed};

/// A record as it is read and, with what the stages made of it, written.
pub trait Record<'a>: Fields<'a> {
    /// The fields that the stages read; none when one is missing.
    fn needed(&self) -> Option<Needed<'a>>;

    /// Writes all members: those that came in and those that are new.
    fn write<M: SerializeMap>(&self, clean: &Clean<'_>, to: &mut M) -> Result<(), M::Error>;
}

/// A record together with what the stages made of it: what is serialised.
pub struct Written<'r, 'a, T> {
    pub record: &'r T,
    pub clean: &'r Clean<'a>,
}

impl<'a, T: Record<'a>> Serialize for Written<'_, 'a, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        self.record.write(self.clean, &mut object)?;
        object.serialize_entry("region", self.clean.region_name)?;
        object.serialize_entry("tier", self.clean.tier)?;
        object.serialize_entry("hour", &self.clean.hour)?;
        object.end()
    }
}

/// A scenario: which record a library reads.
pub trait Scenario: Send + 'static {
    type Record<'a, C: Codec>: Record<'a>;
}

/// Declares an object: each member that a stage reads, its type, its name, and how it is read. All others are `rest`.
macro_rules! object {
    ($(#[$doc:meta])* $object:ident { $($field:ident: $type:ty = $name:literal $read:ident,)* }) => {
        $(#[$doc])*
        pub struct $object<'a, C: Codec> {
            $($field: Option<$type>,)*
            rest: Rest<'a, C::Raw<'a>>,
        }

        impl<'a, C: Codec> Fields<'a> for $object<'a, C> {
            #[inline]
            fn empty(arena: &'a Bump) -> Self {
                Self { $($field: None,)* rest: no_members(arena) }
            }

            #[inline]
            fn field<M: MapAccess<'a>>(&mut self, name: &'a str, value: Value<'_, 'a, M>) -> Result<(), M::Error> {
                match name {
                    $($name => self.$field = Some(value.$read()?),)*
                    _ => self.rest.push((name, value.any()?)),
                }
                Ok(())
            }
        }
    };
}

/// Declares how an object is written as it came in.
macro_rules! written_as_it_came {
    ($object:ident { $($field:ident = $name:literal,)* }) => {
        impl<C: Codec> Serialize for $object<'_, C> {
            #[inline]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object = serializer.serialize_map(None)?;
                $(object.serialize_entry($name, &self.$field)?;)*
                write_rest(&self.rest, &mut object)?;
                object.end()
            }
        }
    };
}

#[inline]
fn write_rest<R: Serialize, M: SerializeMap>(rest: &Rest<'_, R>, to: &mut M) -> Result<(), M::Error> {
    rest.iter().try_for_each(|(name, value)| to.serialize_entry(name, value))
}

/// The scenario `events`.
pub struct Event;

impl Scenario for Event {
    type Record<'a, C: Codec> = EventRecord<'a, C>;
}

object! {
    /// Flat; what is normalised takes the place of what came in.
    EventRecord {
        kind: &'a str = "type" text,
        ts: Number = "ts" number,
        user_id: &'a str = "userId" text,
        url: &'a str = "url" text,
        email: &'a str = "email" text,
        amount: Amount<'a> = "amount" amount,
        country: &'a str = "country" text,
    }
}

impl<'a, C: Codec> Record<'a> for EventRecord<'a, C> {
    #[inline]
    fn needed(&self) -> Option<Needed<'a>> {
        Some(Needed {
            kind: self.kind?,
            time: self.ts?.0,
            user: self.user_id?,
            url: self.url?,
            email: self.email?,
            country: self.country?,
            amount: self.amount?,
        })
    }

    #[inline]
    fn write<M: SerializeMap>(&self, clean: &Clean<'_>, to: &mut M) -> Result<(), M::Error> {
        write_rest(&self.rest, to)?;
        to.serialize_entry("type", clean.kind)?;
        to.serialize_entry("ts", &self.ts)?;
        to.serialize_entry("userId", clean.user)?;
        to.serialize_entry("url", clean.url)?;
        to.serialize_entry("email", clean.email)?;
        to.serialize_entry("amount", &clean.amount)?;
        to.serialize_entry("country", clean.country)
    }
}

/// The scenario `letters`.
pub struct Letter;

impl Scenario for Letter {
    type Record<'a, C: Codec> = LetterRecord<'a, C>;
}

object! {
    /// Four levels deep; what came in stays, and what is normalised becomes a member of its own.
    LetterRecord {
        envelope: Envelope<'a, C> = "envelope" object,
        link: &'a str = "link" text,
        value: Amount<'a> = "value" amount,
    }
}

object! {
    Envelope {
        kind: &'a str = "kind" text,
        sender: Sender<'a, C> = "sender" object,
        at: Number = "at" number,
    }
}

object! {
    Sender {
        key: &'a str = "key" text,
        mail: &'a str = "mail" text,
        place: Place<'a, C> = "place" object,
    }
}

object! {
    Place {
        nation: &'a str = "nation" text,
    }
}

written_as_it_came! { Envelope { kind = "kind", sender = "sender", at = "at", } }
written_as_it_came! { Sender { key = "key", mail = "mail", place = "place", } }
written_as_it_came! { Place { nation = "nation", } }

impl<'a, C: Codec> Record<'a> for LetterRecord<'a, C> {
    #[inline]
    fn needed(&self) -> Option<Needed<'a>> {
        let envelope = self.envelope.as_ref()?;
        let sender = envelope.sender.as_ref()?;
        Some(Needed {
            kind: envelope.kind?,
            time: envelope.at?.0,
            user: sender.key?,
            url: self.link?,
            email: sender.mail?,
            country: sender.place.as_ref()?.nation?,
            amount: self.value?,
        })
    }

    #[inline]
    fn write<M: SerializeMap>(&self, clean: &Clean<'_>, to: &mut M) -> Result<(), M::Error> {
        to.serialize_entry("envelope", &self.envelope)?;
        to.serialize_entry("link", &self.link)?;
        to.serialize_entry("value", &self.value)?;
        write_rest(&self.rest, to)?;
        to.serialize_entry("mail", clean.email)?;
        to.serialize_entry("nation", clean.country)?;
        to.serialize_entry("page", clean.url)?;
        to.serialize_entry("price", &clean.amount)
    }
}
