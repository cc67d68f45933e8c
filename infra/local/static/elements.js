// Builds elements from text only: nothing that the API says is ever read as markup.

export const $ = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function say(id, text, kind = "") {
  const place = $(id);
  place.className = `outcome ${kind}`;
  place.textContent = text;
}

export function timeOf(instant) {
  const then = new Date(instant);
  const isToday = then.toDateString() === new Date().toDateString();
  return then.toLocaleString([], isToday ? { hour: "2-digit", minute: "2-digit" } : { dateStyle: "medium", timeStyle: "short" });
}

// The Markdown that notices use: headings, lists, paragraphs.
export function noticeText(markdown) {
  const text = element("div", { className: "notice-text", tabIndex: 0 });
  let items = null;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("- ")) {
      if (!items) text.append((items = element("ul")));
      items.append(element("li", { textContent: line.slice(2) }));
      continue;
    }
    items = null;
    if (line.startsWith("#")) text.append(element("h4", { textContent: line.replace(/^#+\s*/, "") }));
    else if (line.trim()) text.append(element("p", { textContent: line }));
  }
  return text;
}

export async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
