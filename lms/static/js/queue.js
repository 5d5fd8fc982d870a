// The supervisor's queue: a live count and keys. The page works whole without this.
const form = document.querySelector("[data-queue]");
if (form) {
  const boxes = [...form.querySelectorAll("input[name=e]")];
  const sign = form.querySelector("[data-sign]");
  const status = form.querySelector("[data-count]");
  const plain = sign.textContent;

  const count = () => {
    const chosen = boxes.filter((box) => box.checked);
    const minutes = chosen.reduce((sum, box) => sum + Number(box.dataset.minutes), 0);
    const hours = (minutes / 60).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
    sign.textContent =
      chosen.length === 0 ? plain
      : chosen.length === 1 ? sign.dataset.one
      : sign.dataset.many.replace("{count}", chosen.length);
    status.textContent = chosen.length
      ? status.dataset.text.replace("{count}", chosen.length).replace("{hours}", hours)
      : status.dataset.none;
  };

  let last = null;
  const move = (step, isRange) => {
    const here = boxes.indexOf(document.activeElement);
    const next = boxes[Math.min(Math.max(here + step, 0), boxes.length - 1)];
    if (isRange && here >= 0) {
      boxes[here].checked = true;
      next.checked = true;
      count();
    }
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    last = next;
  };

  form.addEventListener("change", count);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || boxes.length === 0) return;
    const key = event.key.toLowerCase();
    if (key === "j") move(1, event.shiftKey);
    else if (key === "k") move(-1, event.shiftKey);
    else if (key === "x") {
      const box = boxes.includes(document.activeElement) ? document.activeElement : last;
      if (!box) return;
      box.checked = !box.checked;
      count();
    } else if (key === "s" && boxes.some((box) => box.checked)) form.requestSubmit(sign);
    else return;
    event.preventDefault();
  });
  count();
}
