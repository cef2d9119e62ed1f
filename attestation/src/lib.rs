//! Statements about datasets: canonical bytes, EIP-712 digests, signatures, validity.
