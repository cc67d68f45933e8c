// The customer's phone: every SMS that SNS accepted, newest at the bottom.

import { $, element, timeOf } from "./elements.js";

const SHOWN = 60;
const LOOK_EVERY_MS = 800;
let seen = null;
const listeners = [];

// Tells the listener all messages, oldest first, after every look.
export function onLook(listener) {
  listeners.push(listener);
}

export function showOnly(number) {
  const filter = $("inbox-filter");
  if (![...filter.options].some((option) => option.value === number)) {
    filter.append(new Option(number, number));
  }
  filter.value = number;
  look();
}

// All messages, oldest first; those of before if the desk does not answer.
export async function look() {
  let messages;
  try {
    const answer = await fetch("/inbox.json");
    if (!answer.ok) return seen ?? [];
    messages = await answer.json();
  } catch {
    return seen ?? [];
  }
  offerNumbers(messages);
  draw(messages, new Set(messages.slice(seen?.length ?? messages.length)));
  seen = messages;
  for (const listener of listeners) listener(messages);
  return messages;
}

export function startPhone() {
  $("inbox-filter").addEventListener("change", look);
  $("reply").addEventListener("submit", reply);
  const tick = async () => {
    $("clock").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (!document.hidden) await look();
    setTimeout(tick, LOOK_EVERY_MS);
  };
  tick();
}

// What the phone sends back, as its own number. It is heard by the function that hears two-way SMS.
async function reply(event) {
  event.preventDefault();
  const from = $("inbox-filter").value;
  const text = $("reply-text").value.trim();
  if (!from || !text) return;
  $("reply-text").value = "";
  replies.push({ to: from, body: text, sent_at: new Date().toISOString(), isOwn: true });
  await fetch("/replies", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from, text }),
  });
  await look();
}

function offerNumbers(messages) {
  const filter = $("inbox-filter");
  const known = new Set([...filter.options].map((option) => option.value));
  for (const number of new Set(messages.map((message) => message.to))) {
    if (!known.has(number)) filter.append(new Option(number, number));
  }
}

let drawn = "";
const replies = [];

function draw(messages, fresh) {
  const only = $("inbox-filter").value;
  const shown = [...messages, ...replies]
    .filter((message) => !only || message.to === only)
    .sort((one, other) => new Date(one.sent_at) - new Date(other.sent_at))
    .slice(-SHOWN);
  const state = JSON.stringify([only, shown.length, shown.at(-1)?.sent_at]);
  if (state === drawn) return;
  drawn = state;
  $("reply-text").disabled = $("reply-send").disabled = !only;
  $("reply-text").placeholder = only ? "Reply, e.g. STOP" : "Choose a number";
  const screen = $("messages");
  screen.replaceChildren();
  if (!shown.length) screen.append(element("p", { className: "empty", textContent: "Nothing here yet. Codes and messages arrive the moment SNS accepts them." }));
  for (const message of shown) {
    if (message.isOwn) {
      screen.append(element("p", { className: "bubble own", textContent: message.body }));
      continue;
    }
    const sender = message.attributes["AWS.SNS.SMS.SenderID"] ?? "SMS";
    const to = only ? "" : ` to ${message.to}`;
    screen.append(
      element("p", { className: "meta", textContent: `${sender}${to} · ${timeOf(message.sent_at)}` }),
      element("p", { className: fresh.has(message) ? "bubble new" : "bubble", textContent: message.body }),
    );
  }
  screen.scrollTop = screen.scrollHeight;
}
