// The supervisor's queue: a live count and keys. The page works whole without this.
// The keys can be turned off (WCAG 2.1.4); this browser keeps the choice.
const form = document.querySelector("[data-queue]");
const undo = document.querySelector("[data-undo]");
const filter = document.querySelector("[data-filter]");
const boxes = form ? [...form.querySelectorAll("input[name=e]")] : [];
const sign = form?.querySelector("[data-sign]");
const fitting = form?.querySelector("[data-fitting]");
const ask = form?.querySelector("[data-ask]");

const count = () => {
  const status = form.querySelector("[data-count]");
  const chosen = boxes.filter((box) => box.checked);
  const minutes = chosen.reduce((sum, box) => sum + Number(box.dataset.minutes), 0);
  const hours = (minutes / 60).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
  sign.textContent =
    chosen.length === 0 ? sign.dataset.none
    : chosen.length === 1 ? sign.dataset.one
    : sign.dataset.many.replace("{count}", chosen.length);
  status.textContent = chosen.length
    ? status.dataset.text.replace("{count}", chosen.length).replace("{hours}", hours)
    : status.dataset.none;
};

// --- whether the keys are on ---------------------------------------------------------------------

const KEPT = "lms-queue-keys";
const toggle = document.querySelector("[data-keys]");
const areOn = () => {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
};
if (toggle) {
  toggle.checked = areOn();
  toggle.closest("[hidden]").hidden = false;
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, toggle.checked ? "on" : "off");
    } catch {
      toggle.checked = true;
    }
  });
}

// --- what the keys do ----------------------------------------------------------------------------

let last = null;
const here = () => (boxes.includes(document.activeElement) ? document.activeElement : last);

const move = (step, isRange) => {
  const at = boxes.indexOf(here());
  const next = boxes[Math.min(Math.max(at + step, 0), boxes.length - 1)];
  if (!next) return;
  if (isRange && at >= 0) {
    boxes[at].checked = true;
    next.checked = true;
    count();
  }
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  last = next;
};

const choose = (box) => {
  if (!box) return;
  box.checked = !box.checked;
  last = box;
  count();
};

const chooseAll = () => {
  for (const box of boxes) if ("all" in box.dataset) box.checked = true;
  count();
};

// Whoever comes by key has read the lines here: the focus goes on to what the next page asks for.
const open = (button, field) => {
  if (!button) return;
  form.action = `${form.getAttribute("action")}#${field}`;
  if (button.hasAttribute("formaction")) button.formAction = `${button.getAttribute("formaction")}#${field}`;
  form.requestSubmit(button);
};

const goToSign = () => {
  if (!form) return;
  open(boxes.some((box) => box.checked) ? sign : fitting, "is_meant");
};

const goToAsk = () => {
  const box = here();
  if (box) box.checked = true;
  if (boxes.some((one) => one.checked)) open(ask, "reason");
};

const ACTS = {
  j: (event) => move(1, event.shiftKey),
  k: (event) => move(-1, event.shiftKey),
  arrowdown: (event) => move(1, event.shiftKey),
  arrowup: (event) => move(-1, event.shiftKey),
  x: () => choose(here()),
  a: chooseAll,
  s: goToSign,
  r: goToAsk,
  u: () => undo?.requestSubmit(),
  "/": () => filter?.querySelector("select").focus(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("textarea, select, input:not([type=checkbox])");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  const isBox = boxes.includes(event.target);
  const key = event.key.toLowerCase();
  if (key === "enter" && isBox) goToSign();
  else if (key.startsWith("arrow") && !isBox && event.target !== document.body) return;
  else if (key in ACTS) ACTS[key](event);
  else return;
  event.preventDefault();
});

if (form) {
  sign.dataset.none = sign.textContent;
  form.addEventListener("change", count);
  count();
}
