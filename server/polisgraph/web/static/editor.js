/* The form of a page that takes a query becomes an editor: colours, completion from this server's own words, errors at
   their line, answers in place. Without this script, or without YASQE, the form works as it stands. */

import { draw } from "./pictures.js";

const Yasqe = globalThis.Yasqe;
const form = document.querySelector("form.query");
if (Yasqe && form) start(form);

function start(form) {
  const area = form.elements.query;
  const words = form.dataset;
  const known = fetch(words.completion).then((answer) => answer.json());
  for (const name of Object.keys(Yasqe.Autocompleters ?? {})) delete Yasqe.Autocompleters[name];
  Yasqe.defaults.autocompleters = [];
  for (const each of completers(known, words)) Yasqe.registerAutocompleter(each, true);

  const place = document.createElement("div");
  const height = `${area.offsetHeight}px`;
  area.hidden = true;
  area.after(place);
  const editor = new Yasqe(place, {
    value: area.value.trimEnd(),
    editorHeight: height,
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    screenReaderLabel: form.querySelector("label[for=query]").textContent,
    // Tab moves on to the next field, as everywhere; lines are indented by themselves.
    extraKeys: { Tab: false, "Shift-Tab": false, Esc: false, "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": share, "Cmd-S": share },
  });
  choosing(editor);
  form.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
  editor.on("change", () => {
    area.value = editor.getValue();
    mark(editor, 0);
  });
  for (const tool of form.querySelectorAll("[data-tool]")) tool.hidden = tool.dataset.tool === "stop";
  const tool = (name) => form.querySelector(`[data-tool=${name}]`);
  tool("share").addEventListener("click", share);
  tool("format").addEventListener("click", () => {
    editor.setValue(Yasqe.autoformatString(editor.getValue()));
    editor.focus();
  });

  let asked = null;
  tool("stop").addEventListener("click", () => asked?.abort());
  form.addEventListener("submit", (event) => {
    area.value = editor.getValue();
    if (form.elements.format.value !== "html") return;
    event.preventDefault();
    run();
  });
  window.addEventListener("popstate", () => window.location.reload());
  placed(document, editor);

  function address() {
    area.value = editor.getValue();
    const parts = new URLSearchParams(new FormData(form));
    parts.delete("format");
    return `${form.action}?${parts}`;
  }

  async function run() {
    asked?.abort();
    if (!document.getElementById("answer")) return form.submit();
    const mine = (asked = new AbortController());
    const begun = performance.now();
    const target = address();
    say(words.running);
    document.getElementById("answer").ariaBusy = "true";
    tool("stop").hidden = false;
    try {
      const answer = await fetch(target, { headers: { Accept: "text/html" }, signal: mine.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(page, answer.ok);
      if (target !== window.location.href) history.pushState(null, "", target);
      say(`${words.done} ${((performance.now() - begun) / 1000).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 2 })} s`);
    } catch (error) {
      if (asked === mine) say(error.name === "AbortError" ? words.stopped : words.failed);
    } finally {
      if (asked === mine) {
        asked = null;
        tool("stop").hidden = true;
        document.getElementById("answer").ariaBusy = "false";
      }
    }
  }

  /** Puts the answer, or what a page of a problem says, where the answer of the page stands. */
  function show(page, fine) {
    const there = document.getElementById("answer");
    const came = page.getElementById("answer") ?? page.getElementById("problem");
    if (!came) return say(words.failed);
    const drawn = document.adoptNode(came);
    drawn.id = "answer";
    there.replaceWith(drawn);
    drawn.querySelectorAll("figure.picture").forEach((figure) => draw(figure));
    if (!fine) placed(document, editor);
  }

  function say(text) {
    form.querySelector("[data-status]").textContent = text;
  }

  async function share() {
    try {
      await navigator.clipboard.writeText(address());
      say(words.copied);
    } catch {
      history.replaceState(null, "", address());
      say(words.shown);
    }
  }
}

/* ---- errors at their line ---- */

function placed(page, editor) {
  const problem = page.querySelector("[data-line]");
  if (!problem) return;
  const line = Number(problem.dataset.line);
  mark(editor, line);
  const doc = editor.getDoc();
  doc.setCursor({ line: line - 1, ch: Math.max(0, Number(problem.dataset.column || 1) - 1) });
  editor.scrollIntoView(null, 60);
}

function mark(editor, line) {
  const doc = editor.getDoc();
  doc.eachLine((each) => doc.removeLineClass(each, "background", "wrong-line"));
  if (line > 0 && line <= doc.lineCount()) doc.addLineClass(line - 1, "background", "wrong-line");
}

/* ---- what is chosen: Enter breaks the line, unless somebody has moved to an offer or is typing a part of one ---- */

function choosing(editor) {
  let moved = false;
  let typed = null;

  /** Whether what stands before the cursor has just been typed, and is no whole word yet. */
  function begun(offers) {
    const { line, ch } = editor.getDoc().getCursor();
    if (typed?.line !== line || typed.ch !== ch) return false;
    const word = editor.getCompleteToken().string;
    const used = editor.getValue().match(/[?$]\w+/g)?.filter((each) => each === word) ?? [];
    return used.length < 2 && !offers.some(({ text }) => text === word);
  }

  editor.on("autocompletionClose", () => (moved = false));
  editor.on("change", (_editor, { origin, from, text }) => {
    moved = false;
    const last = text.length - 1;
    typed = /^[+]/.test(origin) ? { line: from.line + last, ch: text[last].length + (last ? 0 : from.ch) } : null;
  });
  // Before the list of offers hears of the key: while it waits for new ones, it would keep Enter for these.
  editor.on("keydown", (_editor, { key }) => {
    const open = editor.state.completionActive;
    if (open && /^(Arrow|Page)(Up|Down)$/.test(key)) moved = true;
    if (open && key === "Enter" && !moved && !begun(open.data?.list ?? [])) editor.closeHint();
  });
}

/* ---- what is proposed: our own words only ---- */

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function completers(known, words) {
  const names = new Map();
  let prefixes = {};
  const ready = known.then((found) => {
    prefixes = found.prefixes;
    for (const [iri, label] of [...found.classes, ...found.properties]) names.set(short(iri), label);
    return found;
  });

  function short(iri) {
    const found = Object.entries(prefixes)
      .filter(([, space]) => iri.startsWith(space) && /^[\p{L}\p{N}_-]+$/u.test(iri.slice(space.length)))
      .sort((a, b) => b[1].length - a[1].length)[0];
    return found ? `${found[0]}:${iri.slice(found[1].length)}` : `<${iri}>`;
  }

  const wanted = (token) => plain(token.string.replace(/[<>]/g, "").trim());
  const fits = (text) => ([iri, label]) => {
    const name = plain(short(iri));
    return name.startsWith(text) || name.split(":").pop().includes(text) || plain(label).includes(text);
  };
  const common = {
    bulk: false,
    autoShow: true,
    preProcessToken: (_editor, token) => token,
    postProcessSuggestion: (_editor, _token, iri) => short(iri),
    postprocessHints: (_editor, hints) =>
      hints.map((hint) => ({ ...hint, displayText: names.get(hint.text) ? `${hint.text} · ${names.get(hint.text)}` : hint.text })),
  };
  const listed = (part) => async (_editor, token) => {
    const found = (await ready)[part];
    const text = wanted(token);
    const rank = ([iri]) => [(name) => name !== text, (name) => !name.startsWith(text)].filter((worse) => worse(plain(short(iri)))).length;
    const shorter = (a, b) => (rank(a) < 2 ? a[0].length - b[0].length : 0);
    const offered = found.filter(fits(text)).sort((a, b) => rank(a) - rank(b) || shorter(a, b)).slice(0, 60).map(([iri]) => iri);
    return offered.length === 1 && short(offered[0]) === token.string ? [] : offered;
  };
  const isVariable = (token) => /^[?$]/.test(token.string);
  const afterType = (editor, token) => {
    const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
    return ["a", "rdf:type", ","].includes(before?.string) && ["a", "rdf:type"].includes(before.state.lastProperty);
  };
  const isPredicate = (token) => token.state.possibleCurrent.includes("a");

  return [
    variables(),
    {
      ...common,
      name: "prefixes",
      isValidCompletionPosition: (editor) => {
        const token = editor.getCompleteToken();
        const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
        return before?.string.toUpperCase() === "PREFIX";
      },
      get: async (_editor, token) => {
        await ready;
        return Object.keys(prefixes).filter((each) => each.startsWith(token.string.trim().replace(/:.*/, ""))).map((each) => `${each}: <${prefixes[each]}>`);
      },
      postProcessSuggestion: (_editor, _token, text) => text,
      // A prefix that is used is declared at the top.
      onInitialize: (editor) => editor.on("change", (_each, change) => change.origin !== "setValue" && declare(editor)),
    },
    {
      ...common,
      name: "classes",
      isValidCompletionPosition: (editor) => {
        const token = editor.getCompleteToken();
        return !isVariable(token) && afterType(editor, token);
      },
      get: listed("classes"),
    },
    {
      ...common,
      name: "properties",
      isValidCompletionPosition: (editor) => {
        const token = editor.getCompleteToken();
        return token.string.trim().length > 0 && !isVariable(token) && isPredicate(token);
      },
      get: listed("properties"),
    },
    {
      ...common,
      name: "entities",
      isValidCompletionPosition: (editor) => {
        const token = editor.getCompleteToken();
        return /^[\p{L}][\p{L}\p{N}-]*:?[\p{L}\p{N}-]*$/u.test(token.string) && token.string.length > 2 && !isPredicate(token) && !afterType(editor, token);
      },
      get: async (_editor, token) => {
        const { base } = await ready;
        const [prefix, typed] = token.string.includes(":") ? token.string.split(":") : ["", token.string];
        if (!typed || (prefix && !prefixes[prefix]?.startsWith(base))) return [];
        const answer = await fetch(`${words.suggest}?prefix=${encodeURIComponent(typed)}`);
        if (!answer.ok) return [];
        const found = (await answer.json()).result.map(({ id, name }) => [/^https?:/.test(id) ? id : base + id, name]);
        for (const [iri, name] of found) names.set(short(iri), name);
        return found.map(([iri]) => iri).filter((iri) => !prefix || short(iri).startsWith(`${prefix}:`));
      },
    },
  ];

  function declare(editor) {
    const token = editor.getTokenAt(editor.getDoc().getCursor());
    const prefix = token.type === "string-2" && token.string.includes(":") ? token.string.split(":")[0] : "";
    const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
    if (!prefix || !prefixes[prefix] || before?.string.toUpperCase() === "PREFIX") return;
    if (editor.getPrefixesFromQuery()[prefix] === undefined) editor.addPrefixes({ [prefix]: prefixes[prefix] });
  }
}

function variables() {
  return {
    name: "variables",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition: (editor) => /^[?$]\w/.test(editor.getCompleteToken().string),
    get: (editor, token) => {
      const used = new Set(editor.getValue().match(/[?$]\w+/g));
      used.delete(token.string);
      return [...used].filter((each) => each.startsWith(token.string)).sort();
    },
  };
}
