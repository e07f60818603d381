{
  const root = document.documentElement;
  const contents = document.querySelector(".contents details");
  const wide = matchMedia("(min-width: 72rem)");
  const fold = () => { if (contents) contents.open = wide.matches; };
  fold();
  wide.addEventListener("change", fold);

  const theme = document.querySelector("button.theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("iyagi-theme", root.dataset.theme); } catch {}
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) {
      if (!wide.matches && contents && event.target.closest(".contents a")) contents.open = false;
      return;
    }
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch { // a page from a file, or one without the permission: mark it and copy as a person would
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) return;
      getSelection().removeAllRanges();
    }
    const text = button.textContent;
    if (text === button.dataset.done) return;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = text; }, 1500);
  });

  const scrollers = () => { // what scrolls must be reachable by keyboard; what does not would only be in the way
    for (const e of document.querySelectorAll("pre, .table, .formula, .html, .html [style*=overflow]")) {
      if (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) e.tabIndex = 0;
      else e.removeAttribute("tabindex");
    }
  };
  document.addEventListener("DOMContentLoaded", scrollers);
  addEventListener("resize", scrollers);

  document.addEventListener("DOMContentLoaded", () => { // the section that is being read
    const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
    if (!links.size) return;
    const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    let current;
    const mark = () => {
      let at = headings.length - 1;
      while (at > 0 && headings[at].getBoundingClientRect().top > innerHeight / 4) at--;
      const link = links.get(headings[at].id);
      if (link === current) return;
      current?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "location");
      current = link;
    };
    let waiting = false;
    addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; mark(); });
    }, { passive: true });
    mark();
  });
}
