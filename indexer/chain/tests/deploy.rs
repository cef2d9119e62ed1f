//! Deployments on real chains: the same addresses again, resumption, and an audit that finds what is wrong.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider as _, ProviderBuilder, ext::AnvilApi as _},
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolCall as _,
};
use usufruct_chain::{
    Audit, ChainError, DeployParameters, Deployed, DeploymentError, Network, Reader, Rpc, RpcConfig, Signer, Verdict,
    anvil::{Anvil, AnvilConfig},
    audit, deploy_with, preview,
};

sol! {
    interface Authority {
        function grantRole(uint64 roleId, address account, uint32 executionDelay) external;
        function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId) external;
    }
    interface Vault {
        function setSource(address source, bool isEnabled) external;
    }
}

async fn chain() -> (Anvil, Rpc) {
    let anvil = Anvil::start(AnvilConfig::default()).await.unwrap();
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
    (anvil, rpc)
}

fn deployer() -> Signer {
    Signer::development(0).unwrap()
}

async fn deployed(rpc: &Rpc, parameters: &DeployParameters) -> Deployed {
    deploy_with(rpc, deployer(), parameters, |_| {}).await.unwrap()
}

async fn audited(rpc: &Rpc, deployed: &Deployed) -> Audit {
    audit(&Reader::open(rpc.clone(), deployed.deployment.clone()).await.unwrap()).await.unwrap()
}

/// What is bad, in words.
fn bad(audit: &Audit) -> Vec<String> {
    let bad = audit.findings.iter().filter(|finding| finding.verdict == Verdict::Bad);
    bad.map(|finding| format!("{}: {}", finding.what, finding.why.clone().unwrap_or_default())).collect()
}

#[tokio::test]
async fn twice_gives_the_same_addresses_and_sends_nothing() {
    let (_anvil, rpc) = chain().await;
    let parameters = DeployParameters::development();
    let planned = preview(&rpc, deployer().address(), &parameters).await.unwrap();
    assert!(planned.steps.iter().all(|step| !step.is_done));
    let gas: Vec<u64> = planned.steps.iter().map(|step| step.gas.expect("anvil simulates sequences")).collect();
    assert_eq!(rpc.head().await.unwrap().number, 0, "a preview sends nothing");

    let first = deployed(&rpc, &parameters).await;
    assert_eq!(first.deployment.block, 1);
    assert_eq!(first.deployment.contracts(), planned.deployment.contracts(), "they were known before");
    let told: Vec<_> = planned.steps.iter().map(|step| (step.what.as_str(), step.address)).collect();
    assert_eq!(first.steps.iter().map(|step| (step.what.as_str(), step.address)).collect::<Vec<_>>(), told);
    for (step, planned) in first.steps.iter().zip(gas) {
        // Storage that an earlier step of the same contract warms up, and refunds, differ a little.
        let difference = step.gas_used.abs_diff(planned);
        assert!(difference * 10 < step.gas_used, "{}: {planned} foretold, {} used", step.what, step.gas_used);
    }

    let head = rpc.head().await.unwrap().number;
    let second = deployed(&rpc, &parameters).await;
    assert_eq!((second.deployment, second.steps.len()), (first.deployment.clone(), 0));
    assert_eq!(rpc.head().await.unwrap().number, head, "nothing was sent");
    assert!(preview(&rpc, deployer().address(), &parameters).await.unwrap().steps.iter().all(|step| step.is_done));

    let other = DeployParameters { salt: B256::repeat_byte(1), ..parameters };
    let other = deployed(&rpc, &other).await;
    assert!(first.deployment.contracts().iter().all(|named| !other.deployment.contracts().contains(named)));
    assert_eq!(other.deployment.block, head + 1);
}

#[tokio::test]
async fn an_interrupted_deployment_goes_on_where_it_stopped() {
    let (anvil, rpc) = chain().await;
    let parameters = DeployParameters { keep_admin: false, ..DeployParameters::development() };
    // Killed after so many steps: among the contracts, between contract and setting, before the hand-over.
    let whole = preview(&rpc, deployer().address(), &parameters).await.unwrap();
    let contracts = whole.steps.iter().filter(|step| !step.what.contains(' ')).count();
    let mut seen = Vec::new();
    for stop in [3, contracts, whole.steps.len() - 1] {
        let (sender, mut steps) = tokio::sync::mpsc::unbounded_channel();
        let url = anvil.url().to_owned();
        let parameters = parameters.clone();
        let missing = stop - seen.len();
        let run = tokio::spawn(async move {
            let rpc = Rpc::connect(RpcConfig::new([url]), None).await.unwrap();
            deploy_with(&rpc, deployer(), &parameters, |step| drop(sender.send(step.what.clone()))).await
        });
        for _ in 0..missing {
            seen.push(steps.recv().await.expect("it goes on"));
        }
        run.abort();
        // A step that was on its way when the process died may still be mined.
        let _ = run.await;
        steps.close();
        while let Some(step) = steps.recv().await {
            seen.push(step);
        }
    }
    let last = deployed(&rpc, &parameters).await;
    assert_eq!(last.deployment.contracts(), whole.deployment.contracts());
    assert_eq!(last.deployment.block, 1, "the first block is that of the first attempt");
    assert!(last.steps.len() < whole.steps.len() - contracts, "the contracts were not created again");
    let audit = audited(&rpc, &last).await;
    assert_eq!(bad(&audit), Vec::<String>::new());
    assert!(audit.findings.iter().all(|finding| finding.verdict == Verdict::Good), "{audit:#?}");
}

#[tokio::test]
async fn audit_finds_other_code_settings_and_roles() {
    let (anvil, rpc) = chain().await;
    let deployed = deployed(&rpc, &DeployParameters::development()).await;
    let book = &deployed.deployment;
    let clean = audited(&rpc, &deployed).await;
    assert!(clean.is_sound(), "{clean:#?}");
    let doubtful: Vec<_> = clean.findings.iter().filter(|finding| finding.verdict == Verdict::Doubtful).collect();
    assert!(doubtful.iter().all(|finding| finding.kind == "role"), "the deployer stays admin: {doubtful:#?}");
    assert_eq!(doubtful.len(), 2);

    let provider = ProviderBuilder::new().connect_http(anvil.url().parse().unwrap());
    let mark = async || provider.anvil_snapshot().await.unwrap();
    let send = async |to: Address, data: Vec<u8>| {
        // One of its own: after a revert, an older one waits for blocks that it knows already.
        let provider = ProviderBuilder::new().connect_http(anvil.url().parse().unwrap());
        let call = TransactionRequest::default().from(deployer().address()).to(to).input(Bytes::from(data).into());
        assert!(provider.send_transaction(call).await.unwrap().get_receipt().await.unwrap().status());
    };

    // One byte of code, one byte of an immutable, another contract's code, none.
    let code = provider.get_code_at(book.license_desk).await.unwrap();
    let vault = book.royalty_roots.into_word();
    let place = code.windows(32).position(|word| word == vault.as_slice()).expect("the vault's address is in the code");
    let swapped = {
        let mut code = code.to_vec();
        while let Some(place) = code.windows(32).position(|word| word == vault.as_slice()) {
            code[place + 31] ^= 1;
        }
        code
    };
    for (changed, expected) in [
        (
            {
                let mut code = code.to_vec();
                code[40] ^= 1;
                code
            },
            "the code is that of another contract or version",
        ),
        (
            {
                let mut code = code.to_vec();
                code[place + 31] ^= 1;
                code
            },
            "the immutable ROYALTY_ROOTS has two values",
        ),
        (swapped, "the immutable ROYALTY_ROOTS is 0x"),
        (provider.get_code_at(book.terms_book).await.unwrap().to_vec(), "the code is that of another"),
        (Vec::new(), "there is no code"),
    ] {
        let before = mark().await;
        provider.anvil_set_code(book.license_desk, changed.into()).await.unwrap();
        let found = bad(&audited(&rpc, &deployed).await);
        let named = format!("licenseDesk {}: {expected}", book.license_desk);
        assert!(found.iter().any(|found| found.starts_with(&named)), "{expected}: {found:#?}");
        provider.anvil_revert(before).await.unwrap();
    }

    // A source that is switched off, roles that nobody should have.
    let before = mark().await;
    let off = Vault::setSourceCall { source: book.license_desk, isEnabled: false };
    send(book.royalty_roots, off.abi_encode()).await;
    assert_eq!(bad(&audited(&rpc, &deployed).await), ["licenseDesk is a source of the vault: it is not so"]);
    provider.anvil_revert(before).await.unwrap();

    let stranger = Address::repeat_byte(0x77);
    let grant = Authority::grantRoleCall { roleId: 1, account: stranger, executionDelay: 0 };
    send(book.authority, grant.abi_encode()).await;
    let grant = Authority::grantRoleCall { roleId: 9, account: stranger, executionDelay: 0 };
    send(book.authority, grant.abi_encode()).await;
    // setTreasury(address), for whoever has role 9.
    let selectors = vec![[0xf0, 0xf4, 0x42, 0x60].into()];
    let open = Authority::setTargetFunctionRoleCall { target: book.royalty_roots, selectors, roleId: 9 };
    send(book.authority, open.abi_encode()).await;
    let found = bad(&audited(&rpc, &deployed).await);
    let expected = [
        format!("{stranger} is arbiter of disputes: nobody but the DAO and its contracts may"),
        format!("{stranger} is holder of role 9: nobody but the DAO and its contracts may"),
        format!(
            "a function (0xf0f44260) of royaltyRoots {}: it takes role 9, and should take an admin",
            book.royalty_roots
        ),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_chain_without_the_proxy_and_other_code_are_refused_before_anything_is_sent() {
    let (anvil, rpc) = chain().await;
    let provider = ProviderBuilder::new().connect_http(anvil.url().parse().unwrap());
    let parameters = DeployParameters::development();
    let planned = preview(&rpc, deployer().address(), &parameters).await.unwrap();
    provider.anvil_set_code(planned.deployment.authority, Bytes::from_static(&[0xfe])).await.unwrap();
    let error = deploy_with(&rpc, deployer(), &parameters, |_| {}).await.expect_err("something else is there");
    let is_code = matches!(&error, ChainError::Deployment(DeploymentError::Code { contract: "AccessManager", .. }));
    assert!(is_code, "{error:?}");

    let proxy = "0x4e59b44847b379578588920cA78FbF26c0B4956C".parse().unwrap();
    provider.anvil_set_code(proxy, Bytes::new()).await.unwrap();
    let error = deploy_with(&rpc, deployer(), &parameters, |_| {}).await.expect_err("no proxy");
    assert!(matches!(error, ChainError::Deployment(DeploymentError::NoProxy { .. })), "{error:?}");
    assert_eq!(provider.get_transaction_count(deployer().address()).await.unwrap(), 0);
}

#[tokio::test]
async fn parameters_out_of_bounds_are_refused_with_the_contract_s_reason() {
    let (_anvil, rpc) = chain().await;
    let parameters = DeployParameters { quorum_percent: 90, ..DeployParameters::development() };
    let error = deploy_with(&rpc, deployer(), &parameters, |_| {}).await.expect_err("at most 50 %");
    let ChainError::Revert(revert) = error else { panic!("{error:?}") };
    assert_eq!((revert.name.as_str(), revert.argument("value")), ("OutOfBounds", Some("90")));
}

/// A node of Base's chain id with EAS' predeploys, as far as the deployment needs them.
#[tokio::test]
async fn eas_of_a_public_network_is_used() {
    let anvil = Anvil::start(AnvilConfig { chain_id: 8453, ..AnvilConfig::default() }).await.unwrap();
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
    let parameters = DeployParameters { payment_token: Some(Address::repeat_byte(1)), ..DeployParameters::default() };
    let planned = preview(&rpc, deployer().address(), &parameters).await.unwrap();
    let base = Network::of_chain(8453).unwrap();
    assert_eq!((planned.deployment.eas, planned.deployment.schema_registry), (base.eas, base.schema_registry));
    assert!(planned.steps.iter().all(|step| step.what != "EAS" && step.what != "DevToken"));
    assert_eq!(rpc.ether_of(planned.deployment.authority).await.unwrap(), U256::ZERO);
}
