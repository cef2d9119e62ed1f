// Starts GraphiQL against this server, with the questions that each page of the web app asks first.
(() => {
  const example = (query) => ({ query: query.trim() });
  const tabs = [
    example(`
# Datasets with their license, price and stake.
query Datasets {
  datasets(first: 10, orderBy: STAKE) {
    nodes {
      name
      title
      activeStake { amount token { symbol decimals } }
      latestVersion { versionId terms { license uses flatPrice { amount } } }
    }
  }
}`),
    example(`
# What an account can claim now, with the proof for RoyaltyRoots.claim.
query Payouts($account: Address!) {
  payouts(account: $account) {
    nodes { cumulative { amount token { symbol } } claimable { amount } value proof }
  }
}`),
    example(`
# How far the index got.
query Meta {
  _meta { block { number hash time } chainHead lag finality }
}`),
  ];
  const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
  const page = React.createElement(GraphiQL, { fetcher, defaultTabs: tabs, defaultEditorToolsVisibility: true });
  ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
})();
