// Step 4: the call centre asks, then sends without seeing the number, or sees it once and says why.

import { call, reason } from "./calls.js";
import { channelName, purposes } from "./consents.js";
import { $, element, say, timeOf } from "./elements.js";
import { state } from "./state.js";

// What it is no more where it is noon.
const NIGHT = ["quiet_hours", "public_holiday", "time_zone_unknown"];

let texts = {};
let token = null;
let asked = null;

export async function startContact() {
  texts = await (await fetch("/templates.json")).json();
  $("ask-purpose").addEventListener("change", offerChannels);
  $("template").addEventListener("change", showTemplate);
  $("parameters").addEventListener("input", preview);
  $("ask").addEventListener("submit", ask);
  $("send").addEventListener("submit", sendMessage);
  $("reveal").addEventListener("submit", reveal);
}

export function showContact() {
  const keep = $("ask-purpose").value;
  $("ask-purpose").replaceChildren(...purposes().map((each) => new Option(each.title, each.purpose)));
  if (purposes().some((each) => each.purpose === keep)) $("ask-purpose").value = keep;
  offerChannels();
  $("ask").hidden = false;
  clear();
}

function offerChannels() {
  const purpose = purposes().find((each) => each.purpose === $("ask-purpose").value);
  $("ask-channel").replaceChildren(...(purpose?.channels ?? []).map((each) => new Option(channelName(each), each)));
}

function clear() {
  token = null;
  for (const id of ["decision", "send", "reveal"]) $(id).hidden = true;
  say("contact-outcome", "");
}

async function ask(event) {
  event.preventDefault();
  clear();
  asked = { customer_id: state.customer, purpose: $("ask-purpose").value, channel: $("ask-channel").value, locale: state.locale };
  const reply = await call("staff", "POST", "/v1/contact-decisions", asked);
  if (!reply.ok) return say("contact-outcome", reason(reply), "bad");
  const { decision, reason: why, explanation, contact_token, expires_at, next_allowed_at, evidence } = reply.body;
  const isPermitted = decision === "permitted";
  const facts = [explanation];
  if (isPermitted) facts.push(`One contact, until ${timeOf(expires_at)}.`);
  if (next_allowed_at) facts.push(`Ask again from ${timeOf(next_allowed_at)}.`);
  const box = $("decision");
  box.className = isPermitted ? "decision" : "decision refused";
  box.replaceChildren(element("b", { textContent: isPermitted ? "Permitted" : "Refused" }), element("p", { textContent: facts.join(" ") }));
  if (evidence?.length) box.append(element("p", { textContent: `Evidence: ${evidence.join(", ")}` }));
  if (NIGHT.includes(why)) {
    const move = element("button", { type: "button", className: "quiet", textContent: "Move the customer to where it is noon" });
    move.addEventListener("click", moveToNoon);
    box.append(move);
  }
  box.hidden = false;
  if (!isPermitted) return;
  token = contact_token;
  if (asked.channel === "sms") {
    const names = Object.keys(texts[state.locale]?.[asked.purpose] ?? {});
    $("template").replaceChildren(...names.map((name) => new Option(name.replaceAll("_", " "), name)));
    showTemplate();
    $("send").hidden = false;
  }
  if (asked.channel === "call") $("reveal").hidden = false;
}

async function moveToNoon() {
  // POSIX counts zones westwards.
  const west = new Date().getUTCHours() - 12;
  const zone = `Etc/GMT${west < 0 ? west : `+${west}`}`;
  const reply = await call("wallet", "PUT", `/v1/customers/${state.customer}/time-zone`, { time_zone: zone });
  if (!reply.ok) return say("contact-outcome", reason(reply), "bad");
  $("ask").requestSubmit();
}

function showTemplate() {
  const names = [...new Set([...template().matchAll(/\{(\w+)\}/g)].map((found) => found[1]))].filter((name) => name !== "company");
  $("parameters").replaceChildren(
    ...names.map((name) =>
      element("label", { className: "field grow" }, name.replaceAll("_", " "), element("input", { name, required: true, maxLength: 80, autocomplete: "off" })),
    ),
  );
  preview();
}

function template() {
  return texts[state.locale]?.[asked.purpose]?.[$("template").value] ?? "";
}

function parameters() {
  return Object.fromEntries([...$("parameters").querySelectorAll("input")].map((input) => [input.name, input.value]));
}

function preview() {
  const given = parameters();
  $("template-text").textContent = template().replace(/\{(\w+)\}/g, (blank, name) => given[name] || blank);
}

async function sendMessage(event) {
  event.preventDefault();
  const reply = await call("staff", "POST", "/v1/messages", { contact_token: token, template: $("template").value, parameters: parameters() });
  if (!reply.ok) return say("contact-outcome", reason(reply), "bad");
  clear();
  say("contact-outcome", "Sent. Nobody saw the number, and the permission is used up.", "good");
}

async function reveal(event) {
  event.preventDefault();
  const reply = await call("staff", "POST", "/v1/reveals", { contact_token: token, justification: $("justification").value });
  if (!reply.ok) return say("contact-outcome", reason(reply), "bad");
  clear();
  say("contact-outcome", "", "good");
  $("contact-outcome").append(
    element("span", { className: "revealed", textContent: reply.body.phone_number }),
    "Shown once. The customer can see who looked, when and why.",
  );
}
