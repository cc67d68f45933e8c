// Comfort only: every page works without this.

const main = () => document.getElementById("main");

// Times are written in UTC; here they become the reader's own.
function localTimes() {
  // As the server writes dates.
  const locale = { en: "en-GB" }[document.documentElement.lang] ?? document.documentElement.lang;
  const forms = { moment: { dateStyle: "medium", timeStyle: "short" }, clock: { timeStyle: "short" } };
  for (const [kind, form] of Object.entries(forms)) {
    const shown = new Intl.DateTimeFormat(locale, form);
    for (const time of document.querySelectorAll(`time.${kind}`)) {
      time.textContent = shown.format(new Date(time.dateTime));
    }
  }
}

// A tap is saved in place: the page that the server answers takes the place of this one, and nothing jumps. Where that is
// none of the customer's own pages, as when the session has ended, nothing of the old one may stay around it.
async function saveInPlace(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const open = [...document.querySelectorAll("details[open]")].map(each => each.id);
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!next.getElementById("main")) throw new Error("no page");
  document.title = next.title;
  if (next.querySelector(".side")) main().replaceWith(document.adoptNode(next.getElementById("main")));
  else {
    document.body.replaceWith(document.adoptNode(next.body));
    if (answer.redirected) history.replaceState(null, "", answer.url);
    scrollTo(0, 0);
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  localTimes();
  if (button.id && document.getElementById(button.id)) document.getElementById(button.id).focus();
  else focusSaved();
  announce();
}

// The button may be gone, as after a refusal: then the purpose's heading is where one goes on.
function focusSaved() {
  const place = main().querySelector(".purpose .saved")?.closest(".purpose")?.querySelector("h3") ?? main().querySelector("h1");
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

// A status that is there when a page appears is not read out: one that changes is.
function announce() {
  const saved = [...main().querySelectorAll("[role=status]")].find(each => each.textContent.trim());
  if (!saved) return;
  const text = saved.textContent;
  saved.textContent = "";
  requestAnimationFrame(() => { saved.textContent = text; });
}

// Whether it was saved nobody knows. The key in the form keeps it from being saved twice, so the tap may be repeated.
function sayUnsaved(form) {
  form.querySelector("[role=alert]")?.remove();
  form.append(document.getElementById("unsaved").content.cloneNode(true));
}

// One tap at a time, in whatever form: a second one would ask for a second code, or use the first one up.
let isSending = false;
document.addEventListener("submit", async event => {
  const form = event.target, button = event.submitter;
  if (isSending) return event.preventDefault();
  isSending = true;
  if (!form.matches(".choice") || !button) return;
  event.preventDefault();
  button.setAttribute("aria-busy", "true");
  try {
    await saveInPlace(form, button);
  } catch {
    button.removeAttribute("aria-busy");
    sayUnsaved(form);
  }
  isSending = false;
});
// Whoever comes back to this page finds it as it was left.
addEventListener("pageshow", () => { isSending = false; });

// The code comes from the phone: by WebOTP, by the keyboard's suggestion, or by pasting. Typed digits wait for the button.
const code = document.getElementById("code");
if (code) {
  let before = 0;
  code.addEventListener("input", () => {
    const digits = code.value.replace(/\D/g, "");
    if (digits.length === 6 && before < 5) code.form.requestSubmit();
    before = digits.length;
  });
  if ("OTPCredential" in window) {
    const leaving = new AbortController();
    code.form.addEventListener("submit", () => leaving.abort());
    navigator.credentials.get({ otp: { transport: ["sms"] }, signal: leaving.signal })
      .then(otp => { code.value = otp.code; code.form.requestSubmit(); })
      .catch(() => {});
  }
}

localTimes();
