// Steps 1 and 2: a number is proved and given to a customer.

import { call, reason } from "./calls.js";
import { $, element, say, timeOf } from "./elements.js";
import { look, onLook, showOnly } from "./phone.js";
import { state, reach, remember } from "./state.js";

// Prefix and number of free digits of a mobile range, without the calling code.
const RANGES = { CN: ["138", 8], DE: ["01511", 7], FR: ["06 12", 6], HK: ["9123", 4], IN: ["98765", 5], SG: ["9123", 4], ES: ["612", 6], GB: ["07400", 6], US: ["201555", 4] };

const CODE = /#(\d{6})\b/;
let resendTimer = 0;
// How many messages the phone held before the code was asked for: the code is among the later ones.
let messagesBefore = 0;
let suggested = "";

export function startSignup(onCustomer) {
  $("any-number").addEventListener("click", () => {
    const [prefix, digits] = RANGES[$("region").value];
    const free = crypto.getRandomValues(new Uint32Array(1))[0] % 10 ** digits;
    $("number").value = prefix + String(free).padStart(digits, "0");
    $("number").focus();
  });

  $("start").addEventListener("submit", async (event) => {
    event.preventDefault();
    say("prove-outcome", "");
    messagesBefore = (await look()).length;
    const reply = await call("wallet", "POST", "/v1/verifications", {
      purpose: "signup",
      phone_number: $("number").value,
      region: $("region").value,
      locale: state.locale,
      client: { device_id: state.device },
    });
    if (!reply.ok) return say("prove-outcome", reason(reply), "bad");
    state.verification = reply.body.verification_id;
    sent(reply.body);
  });

  $("check").addEventListener("submit", async (event) => {
    event.preventDefault();
    const reply = await call("wallet", "POST", `/v1/verifications/${state.verification}/check`, { code: $("code").value });
    if (!reply.ok) {
      const left = reply.body.attempts_remaining;
      say("prove-outcome", left === undefined ? reason(reply) : `That is not the code. ${left} ${left === 1 ? "try" : "tries"} left.`, "bad");
      $("code").select();
      if (left === undefined) backToStart();
      return;
    }
    $("check").hidden = true;
    $("suggestion").hidden = true;
    say("prove-outcome", "Proved.", "good");
    reach("bind");
    $("bind").hidden = false;
  });

  $("resend").addEventListener("click", async () => {
    const reply = await call("wallet", "POST", `/v1/verifications/${state.verification}/resend`, {});
    if (!reply.ok) return say("prove-outcome", reason(reply), "bad");
    sent(reply.body);
  });

  $("cancel").addEventListener("click", async () => {
    await call("wallet", "DELETE", `/v1/verifications/${state.verification}`);
    backToStart();
    say("prove-outcome", "");
  });

  $("suggestion").addEventListener("click", () => {
    $("code").value = $("suggestion").dataset.code;
    $("suggestion").hidden = true;
    $("code").focus();
  });

  $("bind").addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = $("wallet-id").value;
    const reply = await call("wallet", "POST", "/v1/customers", { verification_id: state.verification, ...(id && { customer_id: id }) });
    if (!reply.ok) return say("bind-outcome", reason(reply), "bad");
    say("bind-outcome", "");
    $("bind").hidden = true;
    remember(reply.body);
    onCustomer(reply.body);
  });

  onLook((messages) => {
    const message = messages.slice(messagesBefore).findLast((each) => CODE.test(each.body));
    if (!message || $("check").hidden || suggested === message.sent_at) return;
    suggested = message.sent_at;
    const code = CODE.exec(message.body)[1];
    showOnly(message.to);
    const chip = $("suggestion");
    chip.replaceChildren("From the phone: ", element("b", { textContent: code }));
    chip.dataset.code = code;
    chip.hidden = false;
  });
}

function sent(body) {
  $("start").hidden = true;
  $("check").hidden = false;
  const lost = body.delivery === "unknown" ? " Whether it was sent is not known: if nothing comes, send again." : "";
  $("sent-to").textContent = `A code is on its way to ${body.phone_number_masked}, valid until ${timeOf(body.expires_at)}.${lost}`;
  say("prove-outcome", "");
  $("code").value = "";
  $("code").focus();
  clearInterval(resendTimer);
  const left = () => Math.ceil((new Date(body.resend_at) - Date.now()) / 1000);
  const tick = () => {
    const isOut = !body.resend_at || body.sends_remaining === 0;
    $("resend").disabled = isOut || left() > 0;
    $("resend").textContent = isOut ? "No more sends" : left() > 0 ? `Send again in ${left()} s` : "Send again";
    if (isOut || left() <= 0) clearInterval(resendTimer);
  };
  resendTimer = setInterval(tick, 500);
  tick();
}

function backToStart() {
  $("check").hidden = true;
  $("start").hidden = false;
  $("suggestion").hidden = true;
}
