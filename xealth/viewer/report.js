// Loads the report into pdf.js, and says so if it cannot. Runs before pdf.js does.
"use strict";

(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  window.PDF_URL = report.url;

  // Nothing about a report stays in the browser; and one that forbids pages in frames to store anything shows it, too.
  const forgetful = { getItem: () => null, setItem() {}, removeItem() {} };
  Object.defineProperty(window, "localStorage", { value: forgetful });

  // pdf.js opens a file that the page's address names. This page opens its report alone.
  const query = new URLSearchParams(location.search);
  const others = [...query.keys()].filter((name) => name.toLowerCase() === "file");
  if (others.length > 0) {
    others.forEach((name) => query.delete(name));
    history.replaceState(null, "", `${location.pathname}?${query}`);
  }

  const STATES = ["report-loading", "report-expired", "report-failed"];
  let isShown = false;

  function tell(state) {
    for (const id of STATES) {
      document.getElementById(id).hidden = id !== state;
    }
    document.getElementById("outerContainer").inert = state !== null;
  }

  function fail(state = "report-failed") {
    if (!isShown) {
      tell(state);
    }
  }

  function onError({ target }) {
    if (target === window || target.tagName === "SCRIPT") {
      fail();
    }
  }

  async function load(viewer) {
    const answer = await fetch(report.url, {
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (!answer.ok) {
      fail([401, 403, 404].includes(answer.status) ? "report-expired" : "report-failed");
      return;
    }
    const data = new Uint8Array(await answer.arrayBuffer());
    await viewer.open({ data, filename: "report.pdf" });
  }

  function start() {
    const { PDFViewerApplication: viewer, PDFViewerApplicationOptions: options } = window;
    options.setAll({
      annotationEditorMode: -1,
      cMapUrl: `${report.files}/web/cmaps/`,
      defaultUrl: "",
      disableHistory: true,
      disablePreferences: true,
      enableScripting: false,
      enableWebGPU: false,
      enableXfa: false,
      externalLinkTarget: 2, // a new window
      iccUrl: `${report.files}/web/iccs/`,
      imageResourcesPath: `${report.files}/web/images/`,
      localeProperties: { lang: "en-US" },
      sidebarViewOnLoad: 0,
      standardFontDataUrl: `${report.files}/web/standard_fonts/`,
      viewOnLoad: 1,
      wasmUrl: `${report.files}/web/wasm/`,
      workerSrc: `${report.files}/build/pdf.worker.mjs`,
    });
    viewer.initializedPromise
      .then(() => {
        viewer.eventBus.on("pagerendered", () => {
          isShown = true;
          tell(null);
        });
        return load(viewer);
      })
      .catch(() => fail());
  }

  // pdf.js announces itself in the page around it, where it may.
  document.addEventListener("webviewerloaded", start, { once: true });
  try {
    if (parent.document !== document) {
      parent.document.addEventListener("webviewerloaded", start, { once: true });
    }
  } catch {
    // A frame in a page of another origin.
  }
  // A script that cannot be loaded, or that an old browser cannot read.
  window.addEventListener("error", onError, true);
  document.addEventListener("DOMContentLoaded", () => {
    tell("report-loading");
    document.getElementById("report-again").addEventListener("click", () => location.reload());
  });
})();
