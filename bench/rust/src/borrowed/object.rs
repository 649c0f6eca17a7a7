//! Objects read by serde, with an arena for the strings that cannot be borrowed.
//!
//! Derived `Deserialize` would do for most of this, but it takes an array for a struct, refuses a name that comes
//! twice, drops names that it doesn't know, and allocates each string with an escape (`Cow::Owned`) by itself.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Something that is filled name by name.
pub trait Fields<'a>: Sized {
    /// With no name seen yet.
    fn empty(arena: &'a Bump) -> Self;

    /// Takes the value of a name. The last of several values counts.
    fn field<M: MapAccess<'a>>(&mut self, name: &'a str, value: Value<'_, 'a, M>) -> Result<(), M::Error>;
}

/// The value that stands next in the input.
pub struct Value<'m, 'a, M> {
    map: &'m mut M,
    arena: &'a Bump,
}

impl<'a, M: MapAccess<'a>> Value<'_, 'a, M> {
    #[inline]
    pub fn text(self) -> Result<&'a str, M::Error> {
        self.map.next_value_seed(TextSeed(self.arena))
    }

    #[inline]
    pub fn number(self) -> Result<Number, M::Error> {
        self.map.next_value().map(Number)
    }

    #[inline]
    pub fn amount(self) -> Result<Amount<'a>, M::Error> {
        self.map.next_value_seed(AmountSeed(self.arena))
    }

    #[inline]
    pub fn object<T: Fields<'a>>(self) -> Result<T, M::Error> {
        self.map.next_value_seed(ObjectSeed::new(self.arena))
    }

    #[inline]
    pub fn any<T: Deserialize<'a>>(self) -> Result<T, M::Error> {
        self.map.next_value()
    }
}

/// Members that no stage reads.
pub type Rest<'a, R> = BumpVec<'a, (&'a str, R)>;

/// An empty list of members, with room for what a usual record has.
pub fn no_members<R>(arena: &Bump) -> Rest<'_, R> {
    BumpVec::with_capacity_in(8, arena)
}

/// A number that is written without a fraction when it has none.
#[derive(Clone, Copy)]
pub struct Number(pub f64);

impl Serialize for Number {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = self.0 as i64;
        if whole as f64 == self.0 {
            serializer.serialize_i64(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// A number, or a string that is to be read as one.
#[derive(Clone, Copy)]
pub enum Amount<'a> {
    Number(f64),
    Text(&'a str),
}

impl Serialize for Amount<'_> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Number(number) => serializer.serialize_f64(number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Reads an object (and nothing else) into a `T`.
pub struct ObjectSeed<'a, T> {
    arena: &'a Bump,
    object: PhantomData<T>,
}

impl<'a, T> ObjectSeed<'a, T> {
    pub fn new(arena: &'a Bump) -> Self {
        Self { arena, object: PhantomData }
    }
}

impl<'a, T: Fields<'a>> DeserializeSeed<'a> for ObjectSeed<'a, T> {
    type Value = T;

    #[inline]
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a, T: Fields<'a>> Visitor<'a> for ObjectSeed<'a, T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    #[inline]
    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<T, M::Error> {
        let mut object = T::empty(self.arena);
        while let Some(name) = map.next_key_seed(TextSeed(self.arena))? {
            object.field(name, Value { map: &mut map, arena: self.arena })?;
        }
        Ok(object)
    }
}

/// Reads a string: borrowed, or with its escapes undone in the arena.
struct TextSeed<'a>(&'a Bump);

impl<'a> DeserializeSeed<'a> for TextSeed<'a> {
    type Value = &'a str;

    #[inline]
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<&'a str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for TextSeed<'a> {
    type Value = &'a str;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<&'a str, E> {
        Ok(text)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<&'a str, E> {
        Ok(self.0.alloc_str(text))
    }
}

/// Reads a number or a string.
struct AmountSeed<'a>(&'a Bump);

impl<'a> DeserializeSeed<'a> for AmountSeed<'a> {
    type Value = Amount<'a>;

    #[inline]
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Amount<'a>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for AmountSeed<'a> {
    type Value = Amount<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a number or a string")
    }

    #[inline]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Amount<'a>, E> {
        Ok(Amount::Number(number as f64))
    }

    #[inline]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Amount<'a>, E> {
        Ok(Amount::Number(number as f64))
    }

    #[inline]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Amount<'a>, E> {
        Ok(Amount::Number(number))
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Amount<'a>, E> {
        Ok(Amount::Text(text))
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Amount<'a>, E> {
        Ok(Amount::Text(self.0.alloc_str(text)))
    }
}
