-- Sign-in with Ethereum (EIP-4361). Operational state: not derived from the chain, not part of any digest.

CREATE TABLE sign_in_nonces (
    nonce text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_nonces_pk PRIMARY KEY (nonce)
);

CREATE TABLE sessions (
    token_hash hash32 NOT NULL,
    account address NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_pk PRIMARY KEY (token_hash)
);
COMMENT ON COLUMN sessions.token_hash IS 'BLAKE3 of the bearer token; the token itself is never stored';
