// Calls the API through the desk's server, and keeps the list of what was answered.

const list = document.getElementById("calls");
const total = document.getElementById("call-count");
let count = 0;

// The answer to one call. Never throws: a desk that cannot reach the API says so like any other refusal.
export async function call(role, method, path, body) {
  const headers = {};
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["Idempotency-Key"] = `desk-${crypto.randomUUID()}`;
  }
  const begun = performance.now();
  let answer;
  try {
    answer = await fetch(`/api/${role}${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    return { ok: false, status: 0, body: { detail: "The local stack has stopped." } };
  }
  const text = await answer.text();
  record(method, path, answer, performance.now() - begun);
  let content = {};
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    content = { detail: "The answer is not JSON." };
  }
  if (answer.status === 502) content = { detail: "The API does not answer." };
  return { ok: answer.ok, status: answer.status, body: content };
}

// What to tell a person about a refusal.
export function reason(reply) {
  const { detail, title, errors } = reply.body;
  const first = errors?.[0];
  return first?.detail ?? first?.reason ?? detail ?? title ?? `The API answered ${reply.status}.`;
}

function record(method, path, answer, milliseconds) {
  count += 1;
  total.textContent = `· ${count}`;
  const row = document.createElement("tr");
  const cells = [
    `${method} ${path.split("?")[0].replace(/([a-z]+_[0-9a-f]{4})[0-9a-f]{8,}/g, "$1…")}`,
    String(answer.status),
    `${Math.round(milliseconds)} ms`,
    answer.headers.get("Ringfence-Aws-Calls") ?? "–",
  ];
  for (const text of cells) {
    const cell = document.createElement("td");
    cell.textContent = text;
    row.append(cell);
  }
  row.children[1].classList.toggle("bad", !answer.ok);
  list.prepend(row);
}
