//! Models, inference, delivery, and licenses with a price of their own.

use serde_json::{Value, json};

use crate::{
    sequel::{JOB_2, LOST_ORDER, MODEL, MODEL_1, MODEL_2, ORDER, PAYMENT, VERIFIER},
    server::Server,
    story::{ALICE, BOB, FAYE, JOB, STRIKES_1},
};

#[tokio::test]
async fn a_model_version_shows_its_jobs_and_whether_it_is_current() {
    let server = Server::sequel().await;
    let query = format!(
        "{{ first: version(versionId: \"{MODEL_1}\") {{ ...Bound }} second: version(versionId: \"{MODEL_2}\") {{ ...Bound }}
            strikes: version(versionId: \"{STRIKES_1}\") {{ ...Bound }} }}
         fragment Bound on Version {{ isCurrent verifier boundJobs {{ jobId }} binding {{ isCurrent model {{ name kind }}
            event {{ block {{ number }} }} }} }}"
    );
    let data = server.data(&query).await;
    let model = json!({ "name": "birds-7b", "kind": "MODEL" });
    let first = &data["first"];
    assert_eq!((&first["isCurrent"], &first["verifier"]), (&json!(true), &json!(format!("{VERIFIER:#x}"))));
    assert_eq!(first["boundJobs"], json!([{ "jobId": JOB.to_string() }, { "jobId": JOB_2.to_string() }]));
    assert_eq!(
        first["binding"],
        json!({ "isCurrent": true, "model": model, "event": { "block": { "number": "22" } } })
    );
    let second = &data["second"];
    assert_eq!((&second["isCurrent"], &second["verifier"]), (&json!(false), &Value::Null));
    assert_eq!(second["boundJobs"], json!([{ "jobId": JOB_2.to_string() }]));
    let strikes = json!({ "isCurrent": false, "verifier": null, "boundJobs": [], "binding": null });
    assert_eq!(data["strikes"], strikes);
}

#[tokio::test]
async fn a_model_shows_its_versions_and_the_upgrade_that_waits() {
    let server = Server::sequel().await;
    let data = server
        .data(&format!(
            "{{ dataset(assetId: \"{MODEL}\") {{ kind currentVersion {{ versionId }} currentVersions {{ totalCount }}
                bindings {{ nodes {{ version {{ versionId }} jobs {{ jobId }} }} }}
                upgrades {{ nodes {{ state version {{ versionId }} acceptanceEvent {{ logIndex }} }} }} }}
              datasets(filter: {{ kind: MODEL }}) {{ nodes {{ name }} }}
              job(jobId: \"{JOB_2}\") {{ models {{ version {{ versionId }} }} }} }}"
        ))
        .await;
    assert_eq!(data["dataset"]["currentVersion"]["versionId"], MODEL_1.to_string());
    assert_eq!(data["dataset"]["currentVersions"]["totalCount"], 1);
    assert_eq!(data["dataset"]["bindings"]["nodes"][0]["version"]["versionId"], MODEL_2.to_string());
    assert_eq!(
        data["dataset"]["upgrades"]["nodes"],
        json!([{ "state": "PROPOSED", "version": { "versionId": MODEL_2.to_string() }, "acceptanceEvent": null }])
    );
    assert_eq!(data["datasets"]["nodes"], json!([{ "name": "birds-7b" }]));
    let models: Vec<&Value> =
        data["job"]["models"].as_array().unwrap().iter().map(|model| &model["version"]["versionId"]).collect();
    assert_eq!(models, [&json!(MODEL_1.to_string()), &json!(MODEL_2.to_string())]);
}

#[tokio::test]
async fn inference_is_paid_ordered_or_paid_back() {
    let server = Server::sequel().await;
    let payments = async |block: u64| {
        let query = format!(
            "{{ inferencePayments(atBlock: {block}) {{ totalCount nodes {{ paymentId state amount {{ amount }} proofHash
                deadline paymentEvent {{ block {{ number }} }} refundEvent {{ block {{ number }} }}
                event {{ block {{ number }} }} payer {{ address }} version {{ versionId }} }} }} }}"
        );
        server.data(&query).await["inferencePayments"].clone()
    };
    let states = |list: &Value| {
        let node =
            |node: &Value| (node["paymentId"].as_str().unwrap().to_owned(), node["state"].as_str().unwrap().to_owned());
        list["nodes"].as_array().unwrap().iter().map(node).collect::<Vec<_>>()
    };
    let named = |states: [&str; 3]| {
        [LOST_ORDER, ORDER, PAYMENT].iter().map(ToString::to_string).zip(states.map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(states(&payments(23).await), named(["ORDERED", "ORDERED", "PAID"]));
    let now = payments(24).await;
    assert_eq!((states(&now), &now["totalCount"]), (named(["REFUNDED", "PAID", "PAID"]), &json!(3)));
    let [lost, order, paid] = now["nodes"].as_array().unwrap().as_slice() else { panic!("{now}") };
    assert_eq!((&paid["proofHash"], &paid["deadline"]), (&Value::Null, &Value::Null));
    assert_eq!(order["proofHash"], format!("0x{}", "0b".repeat(32)));
    assert_eq!(
        (&order["event"]["block"]["number"], &order["paymentEvent"]["block"]["number"]),
        (&json!("23"), &json!("24"))
    );
    assert_eq!(lost["refundEvent"]["block"]["number"], "24");

    let data = server
        .data(&format!(
            "{{ inferencePayments(filter: {{ state: ORDERED }}) {{ totalCount }}
                payment: inferencePayment(paymentId: \"{ORDER}\") {{ state }}
                version(versionId: \"{MODEL_1}\") {{ inferencePayments {{ totalCount }}
                    revenues {{ nodes {{ kind amount {{ amount }} inferencePayment {{ paymentId }} license {{ id }} }} }} }}
                account(address: \"{FAYE}\") {{ inferencePayments(first: 2) {{ totalCount nodes {{ paymentId }} }} }} }}"
        ))
        .await;
    assert_eq!(data["inferencePayments"]["totalCount"], 0);
    assert_eq!(data["payment"]["state"], "PAID");
    assert_eq!(data["version"]["inferencePayments"]["totalCount"], 3);
    assert_eq!(
        data["version"]["revenues"]["nodes"][0],
        json!({ "kind": "INFERENCE", "amount": { "amount": "1000000" }, "license": null,
            "inferencePayment": { "paymentId": ORDER.to_string() } })
    );
    assert_eq!(data["account"]["inferencePayments"]["totalCount"], 3);
}

#[tokio::test]
async fn a_job_shows_what_it_was_delivered_and_charged_late() {
    let server = Server::sequel().await;
    let job = async |block: u64| {
        let query = format!(
            "{{ job(jobId: \"{JOB_2}\", atBlock: {block}) {{ state refundableAt charged {{ amount }}
                licenses {{ units deliveredUnits }}
                receipts {{ totalCount nodes {{ sequence deliveredUnits provider {{ address }} license {{ licenseId }}
                    version {{ versionId }} receiptsCid }} }}
                lateCharges {{ nodes {{ units charged {{ amount token {{ symbol }} }} penalty {{ amount }} }} }} }} }}"
        );
        server.data(&query).await["job"].clone()
    };
    let before = job(20).await;
    assert_eq!(before["licenses"], json!([{ "units": "400", "deliveredUnits": "1000" }]));
    assert_eq!((&before["state"], &before["lateCharges"]["nodes"]), (&json!("OPEN"), &json!([])));
    let now = job(21).await;
    // 400 committed and 600 charged late.
    assert_eq!(now["licenses"], json!([{ "units": "1000", "deliveredUnits": "1000" }]));
    assert_eq!((&now["state"], &now["charged"]["amount"]), (&json!("CLOSING"), &json!("2120")));
    assert!(now["refundableAt"].is_string(), "{now}");
    assert_eq!(now["receipts"]["totalCount"], 2);
    assert_eq!(
        (&now["receipts"]["nodes"][0]["sequence"], &now["receipts"]["nodes"][0]["license"]["licenseId"]),
        (&json!("5"), &json!("1"))
    );
    assert_eq!(
        now["lateCharges"]["nodes"],
        json!([{ "units": "600", "charged": { "amount": "1200", "token": { "symbol": "dUSD" } }, "penalty": { "amount": "120" } }])
    );
    let data = server
        .data(&format!(
            "{{ receipts(filter: {{ provider: \"{BOB}\", version: \"{STRIKES_1}\" }}) {{ totalCount }}
                account(address: \"{BOB}\") {{ receipts {{ totalCount }} }}
                closing: jobs(filter: {{ state: CLOSING }}) {{ nodes {{ jobId }} }}
                open: jobs(filter: {{ state: OPEN }}) {{ totalCount }} }}"
        ))
        .await;
    assert_eq!((&data["receipts"]["totalCount"], &data["account"]["receipts"]["totalCount"]), (&json!(2), &json!(2)));
    assert_eq!(data["closing"]["nodes"], json!([{ "jobId": JOB_2.to_string() }]));
    assert_eq!(data["open"]["totalCount"], 0);
}

#[tokio::test]
async fn a_license_shows_its_own_price_cap_and_refund() {
    let server = Server::sequel().await;
    let license = async |id: u64| {
        let query = format!(
            "{{ license(licenseId: {id}) {{ state unitPrice {{ amount token {{ symbol }} }} unitsMax isTrial isQuoted
                refund {{ by {{ address }} amount {{ amount }} }} }} }}"
        );
        server.data(&query).await["license"].clone()
    };
    let sold = license(1).await;
    assert_eq!(sold["unitPrice"], json!({ "amount": "2", "token": { "symbol": "dUSD" } }));
    assert_eq!((&sold["isQuoted"], &sold["unitsMax"], &sold["refund"]), (&json!(false), &Value::Null, &Value::Null));
    let quoted = license(3).await;
    assert_eq!(
        (&quoted["unitPrice"]["amount"], &quoted["unitsMax"], &quoted["isTrial"]),
        (&json!("7"), &Value::Null, &json!(false))
    );
    assert_eq!((&quoted["isQuoted"], &quoted["state"]), (&json!(true), &json!("REVOKED")));
    let refund = json!({ "by": { "address": format!("{ALICE:#x}") }, "amount": { "amount": "300000" } });
    assert_eq!(quoted["refund"], refund);
    let trial = license(4).await;
    assert_eq!(
        (&trial["unitPrice"]["amount"], &trial["unitsMax"], &trial["isTrial"]),
        (&json!("0"), &json!("500"), &json!(true))
    );
    let nonces = server
        .data(&format!(
            "{{ account(address: \"{ALICE}\") {{ used: isNonceUsed(nonce: 7) free: isNonceUsed(nonce: 8) }} }}"
        ))
        .await;
    assert_eq!(nonces["account"], json!({ "used": true, "free": false }));
}
