// Questions to the server's GraphQL.

/** An answer that is an error, with what the server says about it. */
export class ApiError extends Error {
  constructor(message, code) {
    super(message);
    this.name = "ApiError";
    this.code = code;
  }
}

/** Runs a query and gives its data. Errors of single fields are errors of the whole: a page shows all or says why not. */
export async function query(text, variables = {}, signal) {
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
      body: JSON.stringify({ query: text, variables }),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The node does not answer. Is it still running?", "OFFLINE");
  }
  const answer = await response.json().catch(() => null);
  const error = answer?.errors?.[0];
  if (error) throw new ApiError(error.message, error.extensions?.code);
  if (!answer?.data) throw new ApiError(`The node answered with status ${response.status}.`, "STATUS");
  return answer.data;
}

export const MONEY = "amount token { symbol decimals }";
export const EVENT = "block { number hash time isFinal } transactionHash logIndex";
export const TERMS = `termsId license isFree uses obligations unit flatPrice { ${MONEY} } unitPrice { ${MONEY} }
  curatorSharePpm offeredUntil`;
