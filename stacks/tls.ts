/** Refuses every request for a resource that does not come over TLS, whoever is allowed it elsewhere. */
export function notOverTls(actions: readonly string[], resource: $util.Input<string>) {
  return {
    sid: "NotOverTls",
    effect: "Deny",
    principals: [{ type: "*", identifiers: ["*"] }],
    actions: [...actions],
    resources: [resource],
    conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
  };
}
