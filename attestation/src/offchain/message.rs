//! What is signed: fields, EIP-712 digest and uid of each version.

use alloy_primitives::{Address, B256, Keccak256, U256, keccak256};
use alloy_sol_types::Eip712Domain;

use crate::{Schema, SignatureError, Statement, StatementError, signature};

/// The name in the EIP-712 domain of off-chain attestations.
pub(super) const DOMAIN_NAME: &str = "EAS Attestation";

/// Versions of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Version 0: no version under the signature.
    Legacy,
    /// Version 1.
    One,
    /// Version 2, salted.
    Two {
        /// Random, so that the uid tells nothing about the data.
        salt: B256,
    },
}

/// The name of the signed struct; SDKs used both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrimaryType {
    /// `Attest`, as is written today.
    Attest,
    /// `Attestation`.
    Attestation,
}

/// The domain that an attestation says it was signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Chain id.
    pub chain_id: u64,
    /// Address of EAS.
    pub eas: Address,
    /// The version that the EAS contract gives itself, such as `1.4.0`.
    pub contract_version: String,
}

/// The signed fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Version of the form.
    pub form: Form,
    /// Schema uid.
    pub schema: B256,
    /// Whom it is given to; zero for our schemas.
    pub recipient: Address,
    /// Unix second at which it says it was made.
    pub time: u64,
    /// Unix second of expiry, 0 for never.
    pub expires_at: u64,
    /// Whether its signer may take it back.
    pub is_revocable: bool,
    /// Attestation that it refers to, zero for none.
    pub reference: B256,
    /// The statement's bytes.
    pub data: Vec<u8>,
}

/// An attestation as it stands in a file: nothing of it is checked before [`super::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Who is said to have signed.
    pub signer: Address,
    /// The uid that it is said to have.
    pub uid: B256,
    /// The domain that it is said to be signed in.
    pub domain: Domain,
    /// The struct's name.
    pub primary_type: PrimaryType,
    /// What is signed.
    pub message: Message,
    /// `r || s || v`.
    pub signature: [u8; 65],
}

impl Form {
    /// Its number.
    pub const fn number(self) -> u16 {
        match self {
            Self::Legacy => 0,
            Self::One => 1,
            Self::Two { .. } => 2,
        }
    }

    /// Types and names of the signed fields, in order.
    pub(super) fn fields(self) -> Vec<(&'static str, &'static str)> {
        let version = (!matches!(self, Self::Legacy)).then_some(("uint16", "version"));
        let common = [
            ("bytes32", "schema"),
            ("address", "recipient"),
            ("uint64", "time"),
            ("uint64", "expirationTime"),
            ("bool", "revocable"),
            ("bytes32", "refUID"),
            ("bytes", "data"),
        ];
        let salt = matches!(self, Self::Two { .. }).then_some(("bytes32", "salt"));
        version.into_iter().chain(common).chain(salt).collect()
    }
}

impl PrimaryType {
    /// As written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attest => "Attest",
            Self::Attestation => "Attestation",
        }
    }
}

impl Domain {
    fn separator(&self) -> B256 {
        Eip712Domain::new(
            Some(DOMAIN_NAME.into()),
            Some(self.contract_version.clone().into()),
            Some(U256::from(self.chain_id)),
            Some(self.eas),
            None,
        )
        .separator()
    }
}

impl Message {
    /// A revocable statement under one of our schemas, made at Unix second `time`. The salt is random and
    /// comes from the caller.
    pub fn of_statement(
        statement: &Statement,
        resolver: Address,
        time: u64,
        expires_at: u64,
        salt: B256,
    ) -> Result<Self, StatementError> {
        Ok(Self {
            form: Form::Two { salt },
            schema: statement.schema().uid(resolver),
            recipient: Address::ZERO,
            time,
            expires_at,
            is_revocable: true,
            reference: B256::ZERO,
            data: statement.encode()?,
        })
    }

    /// The statement under one of our schemas with this resolver; none under a foreign schema.
    pub fn statement(&self, resolver: Address) -> Option<Result<Statement, StatementError>> {
        Schema::of_uid(self.schema, resolver).map(|schema| Statement::decode(schema, &self.data))
    }

    /// The EIP-712 digest that the signer signs.
    pub fn digest(&self, domain: &Domain, primary_type: PrimaryType) -> B256 {
        let mut hasher = Keccak256::new();
        hasher.update([0x19, 0x01]);
        hasher.update(domain.separator());
        hasher.update(self.struct_hash(primary_type));
        hasher.finalize()
    }

    /// Written out and not through `sol!`, because the struct's name and fields depend on the version.
    fn struct_hash(&self, primary_type: PrimaryType) -> B256 {
        let fields: Vec<String> = self.form.fields().iter().map(|(kind, name)| format!("{kind} {name}")).collect();
        let mut words = vec![keccak256(format!("{}({})", primary_type.name(), fields.join(",")))];
        if !matches!(self.form, Form::Legacy) {
            words.push(word(self.form.number().into()));
        }
        words.extend([
            self.schema,
            self.recipient.into_word(),
            word(self.time),
            word(self.expires_at),
            word(self.is_revocable.into()),
            self.reference,
            keccak256(&self.data),
        ]);
        if let Form::Two { salt } = self.form {
            words.push(salt);
        }
        keccak256(words.concat())
    }

    /// The uid: a hash over the packed fields, in which the schema stands as the text of its hex. It names
    /// neither chain nor signer.
    pub fn uid(&self) -> B256 {
        let mut hasher = Keccak256::new();
        if !matches!(self.form, Form::Legacy) {
            hasher.update(self.form.number().to_be_bytes());
        }
        hasher.update(format!("{:?}", self.schema));
        hasher.update(self.recipient);
        hasher.update(Address::ZERO);
        hasher.update(self.time.to_be_bytes());
        hasher.update(self.expires_at.to_be_bytes());
        hasher.update([u8::from(self.is_revocable)]);
        hasher.update(self.reference);
        hasher.update(&self.data);
        if let Form::Two { salt } = self.form {
            hasher.update(salt);
        }
        // On chain this is a counter against equal attestations in one block.
        hasher.update(0_u32.to_be_bytes());
        hasher.finalize()
    }
}

impl Attestation {
    /// A message with the signature that `signer` made of its digest (struct name `Attest`) in `domain`.
    pub fn try_new(
        message: Message,
        domain: Domain,
        signer: Address,
        signature: [u8; 65],
    ) -> Result<Self, SignatureError> {
        let primary_type = PrimaryType::Attest;
        signature::verify(message.digest(&domain, primary_type), &signature, signer)?;
        Ok(Self { signer, uid: message.uid(), domain, primary_type, message, signature })
    }
}

fn word(number: u64) -> B256 {
    B256::from(U256::from(number))
}
