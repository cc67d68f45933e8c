// The page: which step is open, and which customer it is about.

import { call, reason } from "./calls.js";
import { loadPurposes, showConsents } from "./consents.js";
import { showContact, startContact } from "./contact.js";
import { $, element, say, timeOf } from "./elements.js";
import { startPhone } from "./phone.js";
import { startSignup } from "./signup.js";
import { forget, reach, remembered, state } from "./state.js";

async function openCustomer(customer) {
  state.customer = customer.customer_id;
  showCustomer(customer);
  const isActive = customer.status === "active";
  reach("consent", ["contact", "close"]);
  $("start").hidden = true;
  $("bind").hidden = true;
  $("close").hidden = false;
  $("close").querySelector(".danger").hidden = !isActive;
  say("close-outcome", isActive ? "" : `The account is ${customer.status}.`);
  await showConsents();
  showContact();
}

function showCustomer(customer) {
  const tag = element("span", { className: customer.status === "active" ? "tag" : "tag bad", textContent: customer.status });
  $("customer").replaceChildren(
    element("span", { className: "masked", textContent: customer.phone_number_masked ?? "number erased" }),
    tag,
    element("span", { className: "mono", textContent: customer.customer_id }),
    ...(customer.status === "active" ? [ownPage(customer.customer_id)] : []),
  );
  $("customer").hidden = false;
}

// As the wallet does it: a link for one use within a minute, to the page that is the customer's own.
function ownPage(id) {
  const button = element("button", { className: "link", type: "button", textContent: "Their own page" });
  button.addEventListener("click", async () => {
    // Opened in the click: a browser lets nobody open one after an answer.
    const tab = open("", "_blank");
    const reply = await call("customer", "POST", `/v1/customers/${id}/preference-links`, {});
    if (reply.ok) tab.location = reply.body.url;
    else tab.close();
    say("bind-outcome", reply.ok ? "" : reason(reply), "bad");
  });
  return button;
}

// Customers outlive the stack; those made in this browser are offered again.
async function offerEarlier() {
  const earlier = remembered();
  if (!earlier.length || $("earlier")) return;
  const choice = element("select", { id: "earlier" }, new Option("Someone new", ""), ...earlier.map((each) => new Option(`${each.phone_number_masked ?? "erased"}  ${each.customer_id}`, each.customer_id)));
  choice.addEventListener("change", async () => {
    if (!choice.value) return;
    const reply = await call("wallet", "GET", `/v1/customers/${choice.value}`);
    if (reply.ok) return openCustomer(reply.body);
    if (reply.status === 404) forget(choice.value);
    say("prove-outcome", reason(reply), "bad");
  });
  $("start").prepend(element("label", { className: "field earlier" }, "Customer", choice));
}

async function watchHealth() {
  const reply = await fetch("/api/public/healthz").catch(() => ({ ok: false }));
  $("health").classList.toggle("down", !reply.ok);
  $("health").textContent = reply.ok ? "Only on this machine" : "The API does not answer";
  setTimeout(watchHealth, 5000);
}

$("locale").addEventListener("change", async () => {
  state.locale = $("locale").value;
  await loadPurposes();
  if (state.customer) {
    await showConsents();
    showContact();
  }
});

$("close").addEventListener("submit", async (event) => {
  event.preventDefault();
  const reply = await call("wallet", "POST", `/v1/customers/${state.customer}/closure`, {});
  if (!reply.ok) return say("close-outcome", reason(reply), "bad");
  const customer = await call("wallet", "GET", `/v1/customers/${state.customer}`);
  if (customer.ok) await openCustomer(customer.body);
  const until = reply.body.purge_at ? ` It is erased on ${timeOf(reply.body.purge_at)}.` : "";
  say("close-outcome", `Closed. The number is ${reply.body.status}: stored, protected, and used for nothing.${until}`, "good");
});

$("another").addEventListener("click", () => location.reload());

reach("prove");
startSignup(openCustomer);
startPhone();
offerEarlier();
watchHealth();
await Promise.all([startContact(), loadPurposes()]);
