//! Sign-in.

use std::time::Duration;

use usufruct_db::{DbError, test_support::TestDb};
use usufruct_types::{Address, B256};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_nonce_counts_once() {
    let test = TestDb::create().await;
    let db = test.db();
    db.put_nonce("once", MINUTE).await.expect("new");
    let error = db.put_nonce("once", MINUTE).await.expect_err("handed out before");
    assert!(matches!(&error, DbError::Duplicate { constraint, .. } if constraint == "sign_in_nonces_pk"), "{error:?}");
    let (one, two) = tokio::join!(db.consume_nonce("once"), db.consume_nonce("once"));
    let told = [one.expect("asked"), two.expect("asked")];
    assert_eq!(told.iter().filter(|is_good| **is_good).count(), 1);
    for unknown in ["once", "never", "", "zero\0byte"] {
        assert!(!db.consume_nonce(unknown).await.expect("asked"), "{unknown}");
    }
}

#[tokio::test]
async fn what_is_too_old_does_not_count_and_is_forgotten() {
    let test = TestDb::create().await;
    let db = test.db();
    let token = B256::repeat_byte(1);
    db.put_nonce("old", Duration::ZERO).await.expect("new");
    db.put_nonce("older", Duration::ZERO).await.expect("new");
    db.put_nonce("young", MINUTE).await.expect("new");
    db.open_session(token, Address::ZERO, Duration::ZERO).await.expect("opened");
    assert!(!db.consume_nonce("old").await.expect("asked"));
    assert_eq!(db.session(token).await.expect("asked"), None);
    assert_eq!(db.forget_expired().await.expect("done"), 2);
    assert!(db.consume_nonce("young").await.expect("asked"));
}

#[tokio::test]
async fn a_session_holds_until_it_is_ended() {
    let test = TestDb::create().await;
    let db = test.db();
    let (token, account) = (B256::repeat_byte(1), Address::repeat_byte(2));
    let opened = db.open_session(token, account, MINUTE).await.expect("opened");
    assert_eq!(db.session(token).await.expect("asked"), Some(opened));
    assert_eq!(opened.account, account);
    assert_eq!(db.session(B256::ZERO).await.expect("asked"), None);
    assert!(db.end_session(token).await.expect("asked"));
    assert!(!db.end_session(token).await.expect("asked"));
    assert_eq!(db.session(token).await.expect("asked"), None);
}
