// What the page knows: the signup under way, and the customers it made earlier in this browser.

import { $ } from "./elements.js";

const STEPS = ["prove", "bind", "consent", "contact", "close"];
const KEPT = "ringfence-desk-customers";

export const state = {
  locale: "en",
  device: `desk-${crypto.randomUUID()}`,
  verification: null,
  customer: null,
};

// Earlier steps are done; steps that the customer makes possible together are open together.
export function reach(name, alsoOpen = []) {
  const position = STEPS.indexOf(name);
  STEPS.forEach((step, index) => {
    const classes = $(`step-${step}`).classList;
    const isOpen = index === position || alsoOpen.includes(step);
    classes.toggle("done", index < position && !isOpen);
    classes.toggle("now", isOpen);
    classes.toggle("later", index > position && !isOpen);
  });
}

export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

export function remember(customer) {
  const { customer_id, phone_number_masked } = customer;
  const others = remembered().filter((each) => each.customer_id !== customer_id);
  localStorage.setItem(KEPT, JSON.stringify([{ customer_id, phone_number_masked }, ...others].slice(0, 20)));
}

export function forget(customerId) {
  localStorage.setItem(KEPT, JSON.stringify(remembered().filter((each) => each.customer_id !== customerId)));
}
