// Saves an answer as soon as it changes. Without this module the page's buttons save it.
// Only the question that changed is sent; while one answer is on its way, the newest waits its turn.

const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30000;

function begin(form) {
  const status = form.parentElement.querySelector("[data-status]");
  let isWaiting = false;
  let isSending = false;
  let retryMs = FIRST_RETRY_MS;
  let timer = 0;

  const say = (text) => { status.textContent = text; };

  function later(ms) {
    clearTimeout(timer);
    timer = setTimeout(send, ms);
  }

  async function send() {
    if (isSending || !isWaiting) return;
    isSending = true;
    isWaiting = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "save");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": body.get("csrf_token") || "" },
        body,
        keepalive: true,
        redirect: "error",
      });
      await judge(answer);
    } catch {
      again();
    } finally {
      isSending = false;
      if (isWaiting && retryMs === FIRST_RETRY_MS) later(0);
    }
  }

  async function judge(answer) {
    if (answer.ok) {
      const { saved, note } = await answer.json();
      retryMs = FIRST_RETRY_MS;
      // The note of the page as it was loaded is about an older answer.
      form.parentElement.querySelector("[data-note]")?.remove();
      const text = form.dataset.saved.replace("{time}", saved);
      if (!isWaiting) say(note ? `${text}. ${note}` : text);
    } else if (answer.status >= 500 || answer.status === 429) {
      again();
    } else {
      const fault = await answer.json().catch(() => ({}));
      say(answer.status === 409 && fault.detail ? fault.detail : form.dataset.refused);
    }
  }

  function again() {
    isWaiting = true;
    say(form.dataset.offline);
    // Jitter, so that a whole room does not come back in the same instant.
    later(retryMs * (0.75 + Math.random() / 2));
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }

  form.addEventListener("change", () => {
    isWaiting = true;
    say(form.dataset.saving);
    later(150 + Math.random() * 250);
  });
  form.addEventListener("submit", () => { isWaiting = false; clearTimeout(timer); });
  window.addEventListener("online", () => later(0));
  window.addEventListener("pagehide", () => { if (isWaiting) send(); });
}

document.querySelectorAll("form[data-autosave]").forEach(begin);
