// SPDX-License-Identifier: MIT
// The page at /: asks the API every few seconds and shows what it says, and how old that is.
//
// Everything a device or a configuration file brought is put on the page as text, never as markup. The table shows
// at most ROWS rows, the most urgent first; the filter looks at all tunnels that were fetched.

const EVERY_MS = 5000;
const GIVE_UP_MS = 10000;
const OLD_AFTER_S = 180; // three missed polls of a minute each
const PAGE = 1000;
const MAX_TUNNELS = 10000;
const ROWS = 500;
const WITH_RATES = 2000; // a larger fleet is asked for without its selectors

// In the order of urgency, which is the order of the table.
const STATUSES = [
  ["down", "▼"], ["phase1-failing", "✕"], ["phase2-failing", "✕"], ["no-traffic", "⇥"], ["unknown", "?"],
  ["negotiating", "…"], ["orphan", "◇"], ["up", "▲"], ["idle", "–"],
];
const URGENCY = new Map(STATUSES.map(([name], i) => [name, i]));
const MARK = new Map(STATUSES);

const $ = (id) => document.getElementById(id);
const state = { fleet: null, devices: [], tunnels: [], partly: false, status: null, device: null, text: "", told: 0, failed: null, token: sessionStorage.getItem("token") };

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {}))
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function duration(s) {
  if (s === null || s === undefined) return "";
  s = Math.max(0, Math.floor(s));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / 86400)}d ${Math.floor((s % 86400) / 3600)}h`;
}

function rate(value) {
  if (value === null || value === undefined) return "";
  if (value === 0) return "0";
  for (const [unit, one] of [["G", 1e9], ["M", 1e6], ["k", 1e3]])
    if (value >= one) return `${(value / one).toFixed(value / one < 10 ? 1 : 0)}${unit}`;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

const where = (thing) => (thing.context ? `${thing.device ?? thing.name}/${thing.context}` : thing.device ?? thing.name);
const since = (time) => (time ? (state.now - Date.parse(time)) / 1000 : null);

class Problem extends Error {
  constructor(status, detail) { super(detail); this.status = status; }
}

async function ask(path) {
  const headers = { accept: "application/json, application/problem+json" };
  if (state.token) headers.authorization = `Bearer ${state.token}`;
  const reply = await fetch(path, { headers, signal: AbortSignal.timeout(GIVE_UP_MS) });
  const body = await reply.json().catch(() => null);
  if (!reply.ok) throw new Problem(reply.status, body?.detail ?? `the server answered ${reply.status}`);
  return body;
}

async function all(path, limit) {
  const items = [];
  let cursor = null;
  do {
    const page = await ask(`${path}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < limit);
  return { items, partly: cursor !== null };
}

async function refresh() {
  try {
    const [fleet, devices, tunnels] = await Promise.all([
      ask("/api/v1/status"),
      all(`/api/v1/devices?limit=${PAGE}`, MAX_TUNNELS),
      all(`/api/v1/tunnels?limit=${PAGE}${state.fleet?.tunnels.total > WITH_RATES ? "&selectors=false" : ""}`, MAX_TUNNELS),
    ]);
    Object.assign(state, { fleet, devices: devices.items, tunnels: tunnels.items, partly: tunnels.partly, failed: null, told: Date.now() });
    state.skew = Date.parse(fleet.at) - Date.now();
    state.tunnels.sort((a, b) => URGENCY.get(a.status) - URGENCY.get(b.status));
  } catch (problem) {
    state.failed = problem;
  }
  show();
}

// ---- what is shown ----

function showLogin() {
  const wanted = state.failed?.status === 401;
  $("login").hidden = !wanted;
  $("fleet").hidden = wanted || !state.fleet;
  $("notice").hidden = true;
  if (wanted) $("age").textContent = state.token ? "that token is not known" : "not signed in";
  return wanted;
}

// The one sentence about how far the page can be believed.
function trouble() {
  const asked = (Date.now() - state.told) / 1000;
  if (state.failed) {
    const reason = state.failed instanceof Problem ? state.failed.message : "vpntriage-web does not answer";
    return state.fleet ? `${reason}. What you see is ${duration(asked)} old.` : `${reason}.`;
  }
  const { daemon, data_age_s: age } = state.fleet;
  if (daemon.heartbeat_at === null) return "No vpntriaged has written to the database yet.";
  if (!daemon.alive) return `vpntriaged has been silent for ${duration(daemon.heartbeat_age_s)}: nothing below is newer than that.`;
  if (age === null && state.fleet.devices.total) return "No device has been polled yet.";
  return null;
}

function showAge() {
  const sentence = trouble();
  const asked = (Date.now() - state.told) / 1000;
  const age = state.fleet?.data_age_s ?? null;
  const old = age !== null && age + asked > OLD_AFTER_S;
  $("notice").hidden = !sentence;
  $("notice").textContent = sentence ?? "";
  document.body.classList.toggle("is-old", Boolean(sentence && state.fleet));
  $("age").className = `age ${sentence ? "gone" : old ? "old" : ""}`;
  $("age").textContent = age === null ? (state.fleet ? "no data yet" : "no answer") : `data ${duration(age + asked)} old`;
}

function countButton(name, label, count, pressed, press) {
  const button = el("button", { type: "button", class: `s-${name} ${count ? "some" : "none"}`, "aria-pressed": String(pressed) }, el("b", {}, String(count)), el("span", {}, label));
  button.addEventListener("click", press);
  return el("li", {}, button);
}

function choose(key, value) {
  state[key] = state[key] === value ? null : value;
  show();
}

function showCounts() {
  const { tunnels } = state.fleet;
  const buttons = STATUSES.map(([name]) => countButton(name, name, tunnels[name], state.status === name, () => choose("status", name)));
  buttons.push(countButton("flapping", "flapping", tunnels.flapping, state.status === "flapping", () => choose("status", "flapping")));
  keepFocus($("counts"), buttons);
}

function showDevices() {
  const wrong = state.devices.filter((device) => device.state !== "ok" && device.state !== "never-polled");
  const sorted = [...wrong, ...state.devices.filter((device) => !wrong.includes(device))];
  $("devices-summary").textContent = `${state.devices.length}${wrong.length ? `, ${wrong.length} not answering as they should` : ""}`;
  keepFocus($("devices"), sorted.map((device) => {
    const name = where(device);
    const kind = device.state === "ok" ? "fine" : device.state === "never-polled" ? "new" : "wrong";
    const title = [device.address, device.version && `version ${device.version}`, device.failover_role, device.error].filter(Boolean).join(" · ");
    const button = el("button", { type: "button", class: kind, title, "aria-pressed": String(state.device === name) }, name, kind === "wrong" ? el("small", {}, device.state) : "", kind === "new" ? el("small", {}, "not polled yet") : "");
    button.addEventListener("click", () => choose("device", name));
    return el("li", {}, button);
  }));
}

function passes(tunnel) {
  if (state.status === "flapping" ? !tunnel.flapping : state.status && tunnel.status !== state.status) return false;
  if (state.device && where(tunnel) !== state.device) return false;
  if (!state.text) return true;
  return [where(tunnel), tunnel.peer, tunnel.name, tunnel.owner, tunnel.status, tunnel.status_reason, tunnel.ike_state]
    .some((text) => text?.toLowerCase().includes(state.text));
}

function sum(selectors, key) {
  const known = (selectors ?? []).map((selector) => selector.rates[key]).filter((value) => value !== null);
  return known.length ? known.reduce((a, b) => a + b, 0) : null;
}

function row(tunnel) {
  const heard = tunnel.stale_s === null ? null : tunnel.stale_s + (Date.now() - state.told) / 1000;
  const ike = tunnel.ike_version ? `v${tunnel.ike_version}${tunnel.ike_state ? ` ${tunnel.ike_state}` : ""}` : tunnel.ike_state ?? "";
  return el("tr", {},
    el("td", {}, el("span", { class: `status s-${tunnel.status}`, "data-mark": MARK.get(tunnel.status) }, tunnel.status), tunnel.flapping ? el("span", { class: "flapping" }, "flapping") : ""),
    el("td", {}, where(tunnel)),
    el("td", { class: "peer" }, tunnel.peer ?? ""),
    el("td", { title: tunnel.owner }, tunnel.name ?? ""),
    el("td", { class: "num", title: tunnel.status_since }, duration(since(tunnel.status_since))),
    el("td", { class: "why" }, tunnel.status_reason ?? ""),
    el("td", {}, ike),
    el("td", { class: "num", title: "packets a second, encapsulated" }, rate(sum(tunnel.selectors, "encaps_pkts"))),
    el("td", { class: "num", title: "packets a second, decapsulated" }, rate(sum(tunnel.selectors, "decaps_pkts"))),
    el("td", { class: `num ${heard > OLD_AFTER_S ? "heard-old" : "muted"}` }, heard === null ? "never" : duration(heard)));
}

function showTunnels() {
  const wanted = state.tunnels.filter(passes);
  $("tunnels").replaceChildren(...wanted.slice(0, ROWS).map(row));
  $("shown").textContent = wanted.length === state.fleet.tunnels.total ? `${wanted.length}` : `${wanted.length} of ${state.fleet.tunnels.total}`;
  $("more").hidden = wanted.length <= ROWS && !state.partly;
  $("more").textContent = state.partly ? `The first ${MAX_TUNNELS} tunnels are looked at here; ask the API or vpntriage tunnels for the rest.` : `${wanted.length - ROWS} more: narrow the filter to see them.`;
  $("nothing").hidden = wanted.length > 0;
  $("nothing").textContent = state.tunnels.length ? "No tunnel fits this filter." : "No tunnel is known yet: they appear with the first poll of a device.";
}

// New children in place of the old, and the focus where it was.
function keepFocus(list, children) {
  const at = [...list.children].findIndex((child) => child.contains(document.activeElement));
  list.replaceChildren(...children);
  if (at >= 0) list.children[at]?.querySelector("button")?.focus();
}

function showFindings() {
  const { fault = 0, warning = 0 } = state.fleet.findings ?? {};
  const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
  const faults = fault ? el("b", {}, count(fault, "fault")) : "no faults";
  $("findings").replaceChildren(el("a", { href: "/api/v1/findings" }, "configurations"), ": ", faults, warning ? `, ${count(warning, "warning")}` : "");
}

function show() {
  state.now = Date.now() + (state.skew ?? 0);
  if (showLogin()) return;
  showAge();
  if (!state.fleet) return;
  showFindings();
  showCounts();
  showDevices();
  showTunnels();
  $("version").textContent = `vpntriage ${state.fleet.version}`;
  const { tunnels } = state.fleet;
  const failing = tunnels.down + tunnels["phase1-failing"] + tunnels["phase2-failing"] + tunnels["no-traffic"];
  document.title = failing ? `(${failing}) vpntriage` : "vpntriage";
}

// ---- the person ----

$("filter").addEventListener("input", (event) => {
  state.text = event.target.value.trim().toLowerCase();
  if (state.fleet) showTunnels();
});
$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  state.token = $("token").value.trim();
  sessionStorage.setItem("token", state.token);
  $("token").value = "";
  refresh();
});

async function forever() {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
setInterval(() => state.fleet && !document.hidden && showAge(), 1000);
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
forever();
