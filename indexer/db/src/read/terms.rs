//! Published license terms.

use usufruct_types::{Address, LogRef, Obligations, Terms, TermsId, Unit, Uses};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Listed},
};

/// License terms and who published them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTerms {
    /// The event that published them.
    pub at: LogRef,
    /// Their id.
    pub id: TermsId,
    /// Who published them first.
    pub publisher: Address,
    /// The terms.
    pub terms: Terms,
}

impl PublishedTerms {
    /// By id.
    pub const ID: Column = Column::bytes("terms_id");
    /// By the SPDX expression.
    pub const LICENSE: Column = Column::text("license");
    /// By who published them.
    pub const PUBLISHER: Column = Column::bytes("publisher");
}

impl Listed for PublishedTerms {
    const LIST: &'static str = "terms";
    const SOURCE: &'static str = "(SELECT * FROM terms WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let bits = |column| {
            u32::try_from(row.count(column)?)
                .map_err(|_| CellError { column, reason: "has more than 32 bits".to_owned() })
        };
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("terms_id")?,
            publisher: row.address("publisher")?,
            terms: Terms {
                license: row.text("license")?,
                field_of_use: row.text("field_of_use")?,
                uses: Uses(bits("uses")?),
                obligations: Obligations(bits("obligations")?),
                token: row.address("token")?,
                flat_price: row.amount("flat_price")?,
                unit: match row.text("unit")?.as_str() {
                    "none" => Unit::None,
                    "record" => Unit::Record,
                    "token" => Unit::Token,
                    "byte" => Unit::Byte,
                    other => return Err(CellError { column: "unit", reason: format!("'{other}' is no unit") }),
                },
                unit_price: row.amount("unit_price")?,
                curator_share: row.share("curator_ppm")?,
                inference_share: row.share("inference_ppm")?,
                duration_seconds: row.number("duration_seconds")?,
                offered_until: row.number("offered_until")?,
                user_limit: row.number("user_limit")?,
            },
        })
    }
}
