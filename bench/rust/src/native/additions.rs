//! What enriching adds to a record, made once for every region and tier.

use super::text::Text;
use super::writer::Writer;
use crate::batches::PADDING_BYTES;
use crate::regions::Regions;
use crate::rules;

/// The texts `,"region":"…","tier":"…","hour":`.
pub struct Additions {
    bytes: Vec<u8>,
    /// By region and tier: where its text begins, and where the last one ends.
    starts: Vec<usize>,
}

impl Additions {
    pub fn new(regions: &Regions) -> Self {
        let (mut bytes, mut starts) = (Vec::new(), vec![0]);
        for region in regions.names() {
            for tier in rules::TIERS {
                let region = serde_json::to_string(region).expect("a name can be written");
                bytes.extend(format!(r#","region":{region},"tier":"{tier}","hour":"#).bytes());
                starts.push(bytes.len());
            }
        }
        bytes.resize(bytes.len() + PADDING_BYTES, 0);
        Self { bytes, starts }
    }

    /// Ends a record, and its line.
    #[inline(always)]
    pub fn write(&self, region: u8, user: &str, time: u64, to: &mut Writer) {
        let index = usize::from(region) * rules::TIERS.len() + rules::tier(user.as_bytes());
        to.copy(Text::new(&self.bytes), self.starts[index], self.starts[index + 1]);
        match rules::hour(time) as u8 {
            hour @ 0..10 => to.constant(&[b'0' + hour, b'}', b'\n']),
            hour => to.constant(&[b'0' + hour / 10, b'0' + hour % 10, b'}', b'\n']),
        }
    }
}
