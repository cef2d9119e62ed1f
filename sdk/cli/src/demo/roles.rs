//! The people of the demo: each with a key of their own, made for this run.

use alloy_primitives::U256;
use usufruct_chain::{Development, Reader, Signer, Wallet};
use usufruct_types::{Address, Amount};

use super::gas::Gas;

/// One dUSD.
pub(crate) const DUSD: u128 = 1_000_000;
/// One USUF.
pub(crate) const USUF: u128 = 1_000_000_000_000_000_000;
/// Ether that pays for everybody's gas, in wei.
const ETHER: u64 = 1_000_000_000_000_000_000;

/// Somebody with a key.
pub(crate) struct Role {
    pub(crate) name: &'static str,
    pub(crate) wallet: Wallet,
}

impl Role {
    pub(crate) fn address(&self) -> Address {
        self.wallet.address()
    }
}

/// Everybody.
pub(crate) struct Cast {
    /// Deployed the contracts; its account is the treasury.
    pub(crate) governor: Role,
    pub(crate) librarian: Role,
    pub(crate) agency: Role,
    pub(crate) storyteller: Role,
    pub(crate) offices: [Role; 3],
    pub(crate) curators: [Role; 2],
    pub(crate) trainer: Role,
    pub(crate) settler: Role,
}

impl Cast {
    /// Makes keys, gas money, and the tokens that each role needs.
    pub(crate) async fn assemble(reader: &Reader, gas: &Gas) -> anyhow::Result<Self> {
        let development = Development::try_new(reader.rpc().clone())?;
        let role = async |name: &'static str, signer: Signer| -> anyhow::Result<Role> {
            development.fund(signer.address(), U256::from(ETHER)).await?;
            let wallet = Wallet::try_new(reader.clone(), signer)?;
            Ok(Role { name, wallet })
        };
        let governor = Signer::development(crate::node::GOVERNOR)?;
        let governor = Role { name: "treasury", wallet: Wallet::try_new(reader.clone(), governor)? };
        let cast = Self {
            librarian: role("librarian (creator A)", Signer::ephemeral()).await?,
            agency: role("agency (creator B)", Signer::ephemeral()).await?,
            storyteller: role("storyteller (creator C)", Signer::ephemeral()).await?,
            offices: [
                role("east office (contributor)", Signer::ephemeral()).await?,
                role("central office (contributor)", Signer::ephemeral()).await?,
                role("west office (contributor)", Signer::ephemeral()).await?,
            ],
            curators: [
                role("curator Ada", Signer::ephemeral()).await?,
                role("curator Ben", Signer::ephemeral()).await?,
            ],
            trainer: role("trainer", Signer::ephemeral()).await?,
            settler: role("settler", Signer::ephemeral()).await?,
            governor,
        };
        cast.hand_out(reader, gas).await?;
        Ok(cast)
    }

    async fn hand_out(&self, reader: &Reader, gas: &Gas) -> anyhow::Result<()> {
        let (paying, staking) = (reader.deployment().payment_token, reader.deployment().stake_token);
        let tokens = [
            (paying, &self.storyteller, 100 * DUSD),
            (paying, &self.trainer, 1_000 * DUSD),
            (staking, &self.curators[0], 1_000 * USUF),
            (staking, &self.curators[1], 1_000 * USUF),
            (staking, &self.settler, 10 * USUF),
        ];
        for (token, role, amount) in tokens {
            let mint = self.governor.wallet.mint_development_token(token, role.address(), Amount::new(amount));
            gas.note("mint", mint.await?.gas_used);
        }
        Ok(())
    }

    /// Everybody who may be paid, by name.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Role> {
        [&self.governor, &self.librarian, &self.agency, &self.storyteller, &self.trainer, &self.settler]
            .into_iter()
            .chain(&self.offices)
            .chain(&self.curators)
    }
}
