// Follows the notebook: shows what is being run, and loads the page again when there is another one, at the same place.
const key = "iyagi-watch " + location.pathname;
const bar = document.createElement("div");
bar.id = "iyagi-watch";
bar.setAttribute("role", "status");
Object.assign(bar.style, {
  position: "fixed", left: "0", right: "0", bottom: "0", zIndex: "1000", padding: "0.5em 1em", whiteSpace: "pre-wrap",
  font: "14px/1.5 system-ui, sans-serif", color: "#fff", background: "#444", display: "none",
});
document.body.append(bar);

function show(text, background) {
  bar.textContent = text;
  bar.style.background = background;
  bar.style.display = text ? "block" : "none";
}

history.scrollRestoration = "manual";
const place = sessionStorage.getItem(key);
if (place !== null) {
  sessionStorage.removeItem(key);
  const back = () => scrollTo(0, Number(place));
  back();
  addEventListener("load", back);
}

const events = new EventSource("events");
events.onmessage = (event) => {
  const state = JSON.parse(event.data);
  if (state.version !== version) {
    events.close(); // one load is enough
    sessionStorage.setItem(key, String(scrollY));
    location.reload();
    return;
  }
  if (state.error) {
    show(state.error, "#a00");
  } else {
    show(state.running ? "▶ " + state.running : "", "#444");
  }
};
events.onerror = () => show("iyagi watch has ended", "#777");
