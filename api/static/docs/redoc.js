"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const text = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, sans-serif';
const code = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
const typography = {
  fontFamily: text,
  headings: { fontFamily: text },
  code: { fontFamily: code },
};
const light = { colors: { primary: { main: "#1f6a5a" } }, typography };
const night = {
  colors: {
    primary: { main: "#7fd1bd" },
    text: { primary: "#e4e8e6", secondary: "#b3bdb9" },
    border: { dark: "#3a4542", light: "#2b3432" },
    gray: { 50: "#1b2220", 100: "#222a28" },
    responses: {
      success: { color: "#7fd18f", backgroundColor: "#16281c", tabTextColor: "#7fd18f" },
      error: { color: "#f0a3a3", backgroundColor: "#301c1c", tabTextColor: "#f0a3a3" },
    },
  },
  schema: {
    nestedBackground: "#1b2220",
    linesColor: "#3a4542",
    typeNameColor: "#b3bdb9",
    requireLabelColor: "#f0a3a3",
  },
  sidebar: { backgroundColor: "#171d1b", textColor: "#e4e8e6" },
  rightPanel: { backgroundColor: "#0f1413" },
  typography: {
    ...typography,
    code: { fontFamily: code, color: "#f0b48a", backgroundColor: "#222a28" },
    links: { color: "#7fd1bd" },
  },
};

const show = () =>
  Redoc.init(
    "/openapi.yaml",
    { theme: dark.matches ? night : light, hideDownloadButtons: true, sortRequiredPropsFirst: true },
    document.getElementById("redoc"),
  );
// The colours are fixed when it is drawn.
dark.addEventListener("change", () => window.location.reload());
show();
