// Approved expense reports and requisitions go into the ERP; what became of them goes back. Node 20, no packages.
// A webhook is only a doorbell: work is read from the lists, so repeated, late, lost and forged events change nothing.
// It keeps no state: a document stays on the work list until its source has confirmed what became of it.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";

const SOURCES = { expense: "/v1/expense-reports", procurement: "/v1/requisitions" };
const env = (system, name) => process.env[`HARDCLOSE_${system.toUpperCase()}_${name}`];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const tokens = {};
let ring = () => {};

async function call(system, method, path, body, key) {
  tokens[system] ??= await login(system);
  const headers = { authorization: `Bearer ${tokens[system]}`, "content-type": "application/json" };
  if (key) headers["idempotency-key"] = key; // the same for the same work, however often it is sent
  const asked = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(2000) };
  const answer = await fetch(env(system, "URL") + path, asked);
  if (answer.status === 401) delete tokens[system];
  if (answer.headers.has("retry-after")) await sleep(1000 * answer.headers.get("retry-after"));
  if (answer.status === 401 || answer.status === 429) return call(system, method, path, body, key);
  if (answer.ok || answer.status === 422) return { refused: answer.status === 422, ...(await answer.json()) };
  throw new Error(`${method} ${path}: ${answer.status}, neither yes nor no`);
}

async function login(system) {
  const [client_id, client_secret] = [env(system, "CLIENT_ID"), env(system, "CLIENT_SECRET")];
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret });
  return (await (await fetch(env(system, "TOKEN_URL"), { method: "POST", body })).json()).access_token;
}

async function* list(system, path, cursor = "") {
  const page = await call(system, "GET", path + (cursor && `&cursor=${encodeURIComponent(cursor)}`));
  yield* page.items;
  if (page.next_cursor) yield* list(system, path, page.next_cursor);
}

function document(system, { number, company, currency, text, approved_at, supplier, employee, lines }) {
  const head = { reference: number, company, currency, text };
  const day = approved_at.slice(0, 10); // the company's own date: the contract card says so
  if (system === "procurement") return ["/v1/purchase-orders", { ...head, supplier, order_date: day, lines }];
  const shares = lines.flatMap(({ account, tax_code, text, allocations }) =>
    allocations.map((share) => ({ account, tax_code, text, ...share })));
  return ["/v1/expense-postings", { ...head, employee, posting_date: day, lines: shares }];
}

const tell = (system, number, news) => call(system, "PUT", `${SOURCES[system]}/${number}/posting`, news);

async function bring(system, source) {
  const made = await call("erp", "POST", ...document(system, source), `${source.number}-${source.revision}`);
  const news = made.refused ? { state: "parked", reason: made.detail } : { state: "posted", document: made.number };
  await tell(system, source.number, news);
}

async function look() {
  for (const system of Object.keys(SOURCES))
    for await (const source of list(system, `${SOURCES[system]}?status=approved&posting_state=none`))
      await bring(system, source).catch(log); // still on the list: the next look tries again, under the same key
  const unpaid = new Set();
  for await (const report of list("expense", `${SOURCES.expense}?posting_state=posted`)) unpaid.add(report.number);
  for await (const { reference, number } of list("erp", "/v1/expense-postings?payment=paid"))
    if (unpaid.has(reference)) await tell("expense", reference, { state: "paid", document: number });
}

const log = (wrong) => console.log(String(wrong.cause ?? wrong));

function genuine(system, { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given = "" }, body) {
  const key = Buffer.from(env(system, "WEBHOOK_SECRET").slice("whsec_".length), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  return Math.abs(Date.now() / 1000 - at) < 300 && given.split(" ").includes(`v1,${expected}`);
}

createServer(async (request, response) => {
  const system = request.url.match(/^\/webhooks\/(erp|expense|procurement)$/)?.[1];
  if (!system) return response.writeHead(request.url === "/" ? 200 : 404).end();
  const honest = genuine(system, request.headers, Buffer.concat(await request.toArray()).toString());
  response.writeHead(honest ? 204 : 401).end();
  if (honest) ring();
}).listen(process.env.PORT ?? 9000, "127.0.0.1");

for (;;) {
  await look().catch(log);
  await Promise.race([sleep(1000), new Promise((rung) => (ring = rung))]);
}
