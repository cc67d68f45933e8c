// Step 3: one row for each purpose, with its notice and a switch for each channel. Every touch is one event, at once.

import { call, reason } from "./calls.js";
import { $, element, noticeText, say, sha256, timeOf } from "./elements.js";
import { state } from "./state.js";

const CHANNEL_NAMES = { sms: "SMS", call: "Call", app: "App" };
let catalogue = [];

export const channelName = (channel) => CHANNEL_NAMES[channel] ?? channel;
export const purposes = () => catalogue;

export async function loadPurposes() {
  const reply = await call("public", "GET", `/v1/purposes?locale=${state.locale}`);
  catalogue = reply.ok ? reply.body.purposes : [];
  return reply.ok;
}

export async function showConsents() {
  const reply = await call("wallet", "GET", `/v1/customers/${state.customer}/consents`);
  if (!reply.ok) return say("consent-outcome", reason(reply), "bad");
  const records = new Map(reply.body.consents.map((record) => [record.purpose, record]));
  $("purposes").replaceChildren(...catalogue.map((purpose) => row(purpose, records.get(purpose.purpose))));
  $("purposes").hidden = false;
}

function row(purpose, record) {
  const line = element("p", { className: "state" });
  const words = element(
    "div",
    { className: "words" },
    element("h3", { textContent: purpose.title }),
    element("p", { className: "summary", textContent: purpose.summary }),
    line,
  );
  const head = element("div", { className: "purpose-head" }, words, controls(purpose, record, line));
  tell(line, record);
  return element("li", { className: "purpose" }, head, notice(purpose));
}

function controls(purpose, record, line) {
  if (purpose.essential) return element("span", { className: "contract", textContent: "Part of the contract" });
  const agreed = new Set(record?.status === "given" ? record.channels : []);
  const group = element("div", { className: "switches" });
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", purpose.title);
  for (const channel of purpose.channels) {
    const box = element("input", { type: "checkbox", value: channel, checked: agreed.has(channel) });
    box.setAttribute("role", "switch");
    box.addEventListener("change", () => record_choice(purpose, group, line, box));
    group.append(element("label", { className: "switch" }, box, channelName(channel)));
  }
  return group;
}

async function record_choice(purpose, group, line, touched) {
  const boxes = [...group.querySelectorAll("input")];
  const channels = boxes.filter((box) => box.checked).map((box) => box.value);
  boxes.forEach((box) => (box.disabled = true));
  const shown = await fetchNotice(purpose);
  const choice = { decision: channels.length ? "given" : "withdrawn", notice_version: purpose.notice_version, locale: state.locale, surface: "desk" };
  if (channels.length) choice.channels = channels;
  // The digest of the words on this screen, so that the record proves what was shown.
  if (shown) choice.notice_sha256 = await sha256(shown.text);
  const reply = await call("wallet", "PUT", `/v1/customers/${state.customer}/consents/${purpose.purpose}`, choice);
  boxes.forEach((box) => (box.disabled = false));
  touched.focus();
  if (!reply.ok) {
    touched.checked = !touched.checked;
    return say("consent-outcome", reason(reply), "bad");
  }
  say("consent-outcome", "");
  tell(line, { ...choice, ...reply.body });
}

function tell(line, record) {
  const when = record?.event_time ? ` · ${timeOf(record.event_time)}` : "";
  if (record?.status === "given") line.textContent = `Agreed: ${record.channels.map(channelName).join(", ")}${when}`;
  else if (record?.status === "withdrawn") line.textContent = `Withdrawn${when}`;
  else if (record?.status === "refused") line.textContent = `Refused${when}`;
  else line.textContent = "";
}

const notices = new Map();

async function fetchNotice(purpose) {
  const path = `/v1/notices/${purpose.purpose}/${purpose.notice_version}?locale=${state.locale}`;
  if (!notices.has(path)) {
    const reply = await call("public", "GET", path);
    if (!reply.ok) return null;
    notices.set(path, reply.body);
  }
  return notices.get(path);
}

function notice(purpose) {
  const details = element("details", { className: "notice" }, element("summary", { textContent: "Read the notice" }));
  details.addEventListener("toggle", async () => {
    if (!details.open || details.childElementCount > 1) return;
    const found = await fetchNotice(purpose);
    if (!found) return details.append(element("p", { textContent: "The notice could not be read." }));
    const isTrue = (await sha256(found.text)) === found.sha256;
    const mark = isTrue ? `Version ${purpose.notice_version}, checked here: SHA-256 ${found.sha256}` : "These are not the words that the fingerprint belongs to.";
    details.append(noticeText(found.text), element("p", { className: "fingerprint", textContent: mark }));
  });
  return details;
}
