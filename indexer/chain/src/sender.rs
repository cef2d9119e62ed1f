//! Simulate, sign, send, wait.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559},
    eips::{BlockId, eip2718::Encodable2718 as _},
    primitives::{Address, B256, Bytes, TxKind, U256},
    providers::Provider as _,
    rpc::types::TransactionRequest,
    signers::SignerSync as _,
};
use tokio::sync::Mutex;
use usufruct_types::{Amount, BlockRef};

use crate::{ChainError, RawLog, Rpc, Signer, SignerError, Simulation, reader::raw_log, rpc::WireReceipt};

/// How long a transaction is waited for.
const MINED_WITHIN: Duration = Duration::from_secs(120);
/// First and longest pause between two looks.
const POLL_FIRST: Duration = Duration::from_millis(20);
const POLL_MAX: Duration = Duration::from_secs(1);
/// Gas beyond the estimate, in percent: state may change until the transaction is mined.
const GAS_MARGIN_PERCENT: u64 = 20;

/// A mined transaction.
pub(crate) struct Sent {
    pub(crate) transaction: B256,
    pub(crate) block: BlockRef,
    pub(crate) gas_used: u64,
    pub(crate) logs: Vec<RawLog>,
    /// What the simulated call returned.
    pub(crate) returned: Bytes,
}

struct Fees {
    max_fee: u128,
    priority_fee: u128,
}

/// An account that sends transactions. Clones share its turn.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    rpc: Rpc,
    signer: Signer,
    /// Held from the nonce to the submission. Async, because both are requests.
    turn: Arc<Mutex<()>>,
}

impl Sender {
    pub(crate) fn try_new(rpc: Rpc, signer: Signer) -> Result<Self, ChainError> {
        signer.check_chain(rpc.chain_id())?;
        Ok(Self { rpc, signer, turn: Arc::default() })
    }

    pub(crate) const fn signer(&self) -> &Signer {
        &self.signer
    }

    pub(crate) const fn address(&self) -> Address {
        self.signer.address()
    }

    /// Tries a call; nothing is sent.
    pub(crate) async fn simulate(
        &self,
        to: Address,
        data: &Bytes,
        value: Amount,
        gas_min: u64,
    ) -> Result<Simulation, ChainError> {
        let (_, gas, fees) = self.try_call(TxKind::Call(to), data, value).await?;
        Ok(Simulation { gas: gas.max(gas_min), gas_price_max: fees.max_fee })
    }

    /// Tries a creation; nothing is sent.
    pub(crate) async fn try_creation(&self, init_code: &Bytes) -> Result<(), ChainError> {
        self.try_call(TxKind::Create, init_code, Amount::ZERO).await.map(drop)
    }

    /// Tries a call, or a creation, sends it and waits until it is mined.
    pub(crate) async fn send(&self, to: TxKind, data: Bytes, value: Amount, gas_min: u64) -> Result<Sent, ChainError> {
        let (returned, gas, fees) = self.try_call(to, &data, value).await?;
        let gas_limit = gas.saturating_add(gas.saturating_mul(GAS_MARGIN_PERCENT) / 100).max(gas_min);
        let transaction = self.sign_and_submit(to, data.clone(), value, gas_limit, &fees).await?;
        let receipt = self.wait(transaction).await?;
        let block = BlockRef { number: receipt.block_number.to(), hash: receipt.block_hash };
        if receipt.status.is_zero() {
            let revert = self.replay(to, data, value, block.number).await;
            return Err(ChainError::Failed { transaction, block: block.number, revert });
        }
        let logs = receipt.logs.into_iter().map(raw_log).collect::<Result<Vec<_>, _>>()?;
        let gas_used = receipt.gas_used.to();
        Ok(Sent { transaction, block, gas_used, logs, returned })
    }

    /// What the call returns, the gas that it takes and what gas costs.
    async fn try_call(&self, to: TxKind, data: &Bytes, value: Amount) -> Result<(Bytes, u64, Fees), ChainError> {
        let provider = self.rpc.provider();
        let request = self.request(to, data.clone(), value);
        // The call first: it says why it fails more often than the estimate does.
        let returned = provider.call(request.clone()).await.map_err(|error| self.explain("eth_call", error))?;
        let (gas, fees) = tokio::join!(provider.estimate_gas(request), provider.estimate_eip1559_fees());
        let gas = gas.map_err(|error| self.explain("eth_estimateGas", error))?;
        let fees = fees.map_err(|error| ChainError::from_rpc("eth_feeHistory", error))?;
        Ok((returned, gas, Fees { max_fee: fees.max_fee_per_gas, priority_fee: fees.max_priority_fee_per_gas }))
    }

    /// One transaction of the account at a time, so that no nonce is used twice. Other programs
    /// with the same key may still take it; the node then says so, and the next one is tried.
    async fn sign_and_submit(
        &self,
        to: TxKind,
        data: Bytes,
        value: Amount,
        gas_limit: u64,
        fees: &Fees,
    ) -> Result<B256, ChainError> {
        let provider = self.rpc.provider();
        let _turn = self.turn.lock().await;
        let mut is_retried = false;
        loop {
            let nonce = provider.get_transaction_count(self.address()).pending().await;
            let nonce = nonce.map_err(|error| ChainError::from_rpc("eth_getTransactionCount", error))?;
            let transaction = TxEip1559 {
                chain_id: self.rpc.chain_id(),
                nonce,
                gas_limit,
                max_fee_per_gas: fees.max_fee,
                max_priority_fee_per_gas: fees.priority_fee,
                to,
                value: U256::from(value.units()),
                access_list: Default::default(),
                input: data.clone(),
            };
            let signature = self.signer.key().sign_hash_sync(&transaction.signature_hash());
            let signed = transaction.into_signed(signature.map_err(SignerError::Signing)?);
            let hash = *signed.hash();
            match provider.send_raw_transaction(&signed.encoded_2718()).await {
                Ok(_) => return Ok(hash),
                Err(error) => {
                    let error = self.explain("eth_sendRawTransaction", error);
                    // A retry after a lost answer finds the transaction there already.
                    if self.is_known(hash).await {
                        return Ok(hash);
                    }
                    if is_retried || !is_nonce_taken(&error) {
                        return Err(error);
                    }
                    is_retried = true;
                }
            }
        }
    }

    async fn is_known(&self, transaction: B256) -> bool {
        let request = self.rpc.provider().client().request("eth_getTransactionByHash", (transaction,));
        let found: Result<Option<serde::de::IgnoredAny>, _> = request.await;
        matches!(found, Ok(Some(_)))
    }

    async fn wait(&self, transaction: B256) -> Result<WireReceipt, ChainError> {
        let start = Instant::now();
        let mut pause = POLL_FIRST;
        loop {
            let request = self.rpc.provider().client().request("eth_getTransactionReceipt", (transaction,));
            let receipt: Option<WireReceipt> =
                request.await.map_err(|error| ChainError::from_rpc("eth_getTransactionReceipt", error))?;
            if let Some(receipt) = receipt {
                return Ok(receipt);
            }
            let waited = start.elapsed();
            if waited >= MINED_WITHIN {
                return Err(ChainError::NotMined { transaction, waited });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(POLL_MAX);
        }
    }

    /// Why a mined transaction failed: the same call on the state below its block. Other
    /// transactions of the block may have had a part in it, so this may find no reason.
    async fn replay(&self, to: TxKind, data: Bytes, value: Amount, block: u64) -> Option<crate::Revert> {
        let call =
            self.rpc.provider().call(self.request(to, data, value)).block(BlockId::number(block.saturating_sub(1)));
        match call.await.map_err(|error| ChainError::from_rpc("eth_call", error)) {
            Err(ChainError::Revert(revert)) => Some(revert),
            _ => None,
        }
    }

    fn request(&self, to: TxKind, data: Bytes, value: Amount) -> TransactionRequest {
        let mut request = TransactionRequest::default().from(self.address()).input(data.into());
        request.to = Some(to);
        request.value = Some(U256::from(value.units()));
        request
    }

    fn explain(
        &self,
        method: &'static str,
        error: alloy::transports::RpcError<alloy::transports::TransportErrorKind>,
    ) -> ChainError {
        match ChainError::from_rpc(method, error) {
            ChainError::Refused { message, .. } if message.to_ascii_lowercase().contains("insufficient funds") => {
                ChainError::NoEther { account: self.address(), message }
            }
            other => other,
        }
    }
}

fn is_nonce_taken(error: &ChainError) -> bool {
    matches!(error, ChainError::Refused { message, .. } if {
        let message = message.to_ascii_lowercase();
        message.contains("nonce too low") || message.contains("replacement transaction underpriced")
    })
}
