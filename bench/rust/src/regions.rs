//! The table of regions.

use std::io;

/// The region of a country that the table doesn't name.
const OTHER: &str = "other";
const LETTERS: usize = 26;

/// Regions by country: a region is a small number, its name stands here once.
pub struct Regions {
    names: Vec<String>,
    by_country: [u8; LETTERS * LETTERS],
}

impl Regions {
    /// Reads the table: pairs `["DE","eu-west"]` in JSON.
    pub fn from_json(json: &[u8]) -> io::Result<Self> {
        let pairs: Vec<(String, String)> = serde_json::from_slice(json)?;
        let mut regions = Self { names: vec![OTHER.to_owned()], by_country: [0; LETTERS * LETTERS] };
        for (country, name) in pairs {
            // A country that passed validation has two letters: no other entry can be asked for.
            let Some(code) = crate::rules::country_code(&country) else { continue };
            let known = regions.names.iter().position(|other| *other == name);
            let region = known.unwrap_or(regions.names.len());
            if known.is_none() {
                regions.names.push(name);
            }
            regions.by_country[index(code)] = u8::try_from(region).map_err(io::Error::other)?;
        }
        Ok(regions)
    }

    /// The region of a country of two capital letters.
    #[inline]
    pub fn of(&self, country: [u8; 2]) -> u8 {
        self.by_country[index(country)]
    }

    /// The name of a region.
    #[inline]
    pub fn name(&self, region: u8) -> &str {
        &self.names[usize::from(region)]
    }

    /// All names, in the order of their numbers.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

#[inline]
fn index([first, second]: [u8; 2]) -> usize {
    usize::from(first - b'A') * LETTERS + usize::from(second - b'A')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_regions() {
        let regions = Regions::from_json(br#"[["DE","eu-west"],["FR","eu-west"],["US","us-east"]]"#).unwrap();
        let name = |country| regions.name(regions.of(country));
        assert_eq!([*b"DE", *b"FR", *b"US", *b"ZZ"].map(name), ["eu-west", "eu-west", "us-east", "other"]);
        assert_eq!(regions.names().len(), 3);
    }
}
