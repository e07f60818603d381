document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("iyagi-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {} // a browser that keeps nothing follows the system
