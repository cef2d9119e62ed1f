//! Why a name does not say what holds.

/// Why it is not known what a license permits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unclear {
    /// No license is stated, so nothing is granted and nothing excluded.
    #[error("no license is stated ('{text}')")]
    NotStated {
        /// What stands in its place.
        text: String,
    },
    /// The name says that there is a license of its own, whose text nobody classified.
    #[error("'{text}' is a license of its own; its text has to be read")]
    Other {
        /// What was given.
        text: String,
    },
    /// The name is that of a family whose members differ.
    #[error("'{text}' names a family of licenses; the member or version is not stated")]
    Family {
        /// What was given.
        text: String,
    },
    /// Terms of a service, which bind its users and may change.
    #[error("'{text}' stands for a service's terms, which bind its users and may change")]
    Service {
        /// What was given.
        text: String,
    },
    /// The id is neither SPDX's nor one that a hub uses.
    #[error("'{id}' is no license id that SPDX or Hugging Face knows")]
    UnknownId {
        /// The start of what was given.
        id: String,
    },
    /// SPDX knows the license, this table does not.
    #[error("'{id}' is known, but not classified; its text has to be read")]
    NotClassified {
        /// The id.
        id: String,
    },
    /// The text is no license expression.
    #[error("'{text}' is no license expression: {cause}")]
    Malformed {
        /// The start of what was given.
        text: String,
        /// What is wrong.
        cause: String,
    },
    /// The licensee may choose, and no alternative is the freest in every respect.
    #[error("'{one}' or '{two}': neither is the freer one in every respect; say which one is taken")]
    Choice {
        /// An alternative.
        one: String,
        /// Another.
        two: String,
    },
    /// All of several licenses hold, and no use satisfies all.
    #[error("'{one}' and '{two}' cannot be satisfied together: {clash}")]
    Exclusive {
        /// One of them.
        one: String,
        /// Another.
        two: String,
        /// On what they disagree.
        clash: String,
    },
    /// The audit did not find out.
    #[error("the audit of '{text}' left it open ({question})")]
    Unaudited {
        /// The license's name or URL.
        text: String,
        /// Which of its answers is missing or strange.
        question: &'static str,
    },
}

/// The start of a text from outside, for a message.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
