#!/usr/bin/env python3
"""look.py PAGE [PICTURES] - opens report.html in a headless Chromium, over its debugging pipe, and looks at it as a
reader would: wide and narrow, light and dark, by keyboard, on paper, without scripts. Prints "ok NAME" and "not ok NAME:
why" lines; leaves screenshots in the folder PICTURES. Only Python's standard library."""
import base64, json, os, select, shutil, subprocess, sys, tempfile, time

DEADLINE = 60  # s, for any answer


class Browser:
    """Chromium speaking NUL-separated JSON over fd 3 and 4."""

    def __init__(self, home):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        to_read, self.write = os.pipe()
        self.read, to_write = os.pipe()
        # high numbers first: 3 and 4 may be among the pipes' own
        ends = [os.dup2(to_read, 103), os.dup2(to_write, 104)]

        def place():
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             "--user-data-dir=" + home, "--remote-debugging-pipe", "about:blank"],
            pass_fds=(3, 4), preexec_fn=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for fd in ends + [to_read, to_write]:
            os.close(fd)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t["targetId"] for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def next(self, until):
        while b"\0" not in self.buffer:
            if not select.select([self.read], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            more = os.read(self.read, 1 << 20)
            if not more:
                raise EOFError("the browser ended")
            self.buffer += more
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + DEADLINE
        while True:
            answer = self.next(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]))
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def wait(self, method):
        until = time.monotonic() + DEADLINE
        while not any(e["method"] == method for e in self.events):
            answer = self.next(until)
            if "method" in answer:
                self.events.append(answer)

    def open(self, address):
        self.events = [e for e in self.events if e["method"] != "Page.loadEventFired"]
        self.call("Page.navigate", url=address)
        self.wait("Page.loadEventFired")

    def js(self, text):
        answer = self.call("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError("%s: %s" % (text, answer["exceptionDetails"]))
        return answer["result"].get("value")

    def size(self, width, height, dark, media="screen"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def key(self, name, code):
        for kind in ("rawKeyDown", "char", "keyUp"):
            text = {"Enter": "\r"}.get(name, "")
            if kind == "char" and not text:
                continue
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, text=text)

    def picture(self, path):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": self.js("innerWidth"), "scale": 1,
            "height": min(12000, self.js("document.documentElement.scrollHeight"))})
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot["data"]))

    def close(self):
        os.close(self.write)
        os.close(self.read)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# Each is an expression that lists what is wrong, as texts.
CHECKS = {
    "ids are there once": """(() => { const seen = {}, bad = [];
        document.querySelectorAll('[id]').forEach(e => { if (seen[e.id]) bad.push(e.id); seen[e.id] = 1; }); return bad; })()""",
    "references inside the page lead somewhere": """[...document.querySelectorAll('a[href],use')].map(e =>
        e.getAttribute('href') || e.getAttribute('xlink:href')).filter(h => h[0] !== '#' || !document.getElementById(h.slice(1)))""",
    "patterns of the charts are there": """[...document.querySelectorAll('svg [fill^="url("]')].map(e =>
        e.getAttribute('fill').slice(5, -1)).filter(id => !document.getElementById(id))""",
    "landmarks": """['header','nav[aria-label]','main','footer','h1'].filter(s => document.querySelectorAll(s).length !== 1)""",
    "headings go down step by step": """(() => { let last = 1; const bad = [];
        document.querySelectorAll('h1,h2,h3,h4').forEach(h => { const n = +h.tagName[1];
          if (n > last + 1) bad.push(h.textContent); last = n; }); return bad; })()""",
    "sections are named": """[...document.querySelectorAll('section,article')].filter(s =>
        !document.getElementById(s.getAttribute('aria-labelledby'))).map(s => s.id)""",
    "tables have a caption and their heads a scope": """[...document.querySelectorAll('table')].filter(t => !t.caption ||
        !t.caption.textContent.trim() || [...t.querySelectorAll('th')].some(h => !h.scope)).map(t => t.textContent.slice(0, 60))""",
    "rows are as wide as their heads": """[...document.querySelectorAll('tbody tr')].filter(r =>
        r.cells.length !== r.closest('table').tHead.rows[0].cells.length).map(r => r.textContent.slice(0, 60))""",
    "pictures and boxes have a name": """[...document.querySelectorAll('svg,[role=region]')].filter(e =>
        !(e.getAttribute('aria-label') || '').trim()).map(e => e.outerHTML.slice(0, 80))""",
    "what scrolls can be reached by keyboard": """[...document.querySelectorAll('.scroll,pre')].filter(e =>
        e.tabIndex !== 0).map(e => e.outerHTML.slice(0, 80))""",
    "Korean is marked as Korean": """(() => { const bad = [], w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (w.nextNode()) if (/[\\uac00-\\ud7a3]/.test(w.currentNode.data) &&
          (w.currentNode.parentElement.closest('[lang]') || {}).lang !== 'ko') bad.push(w.currentNode.data.slice(0, 60));
        return bad; })()""",
    "figures have an interval or say they have none": """[...document.querySelectorAll('#results table td.n[data-sort]')]
        .filter(c => c.cellIndex && c.dataset.sort && /^Medians/.test((c.closest('table').caption || c).textContent) &&
          !/n = \\d/.test(c.textContent)).map(c => c.textContent)""",
    "a chart's title is said once": """[...document.querySelectorAll('figure')].filter(f => [...f.querySelectorAll('svg text')].some(t =>
        t.textContent.trim() === f.querySelector('figcaption').textContent.trim())).map(f => f.id)""",
    "words of a drawing stay inside it": """[...document.querySelectorAll('svg')].flatMap(s => { const b = s.getBoundingClientRect();
        return [...s.querySelectorAll('text')].filter(t => t.textContent.trim()).map(t => [t, t.getBoundingClientRect()]).filter(([t, r]) =>
          r.left < b.left - 1 || r.right > b.right + 1 || r.top < b.top - 1 || r.bottom > b.bottom + 1).map(([t]) => t.textContent.trim()); })""",
    "words of a drawing do not overlap": """[...document.querySelectorAll('svg')].flatMap(s => { const bad = [], all = [...s.querySelectorAll('text')]
        .filter(t => t.textContent.trim()).map(t => [t.textContent.trim(), t.getBoundingClientRect()]);
        all.forEach(([t, a], i) => all.slice(i + 1).forEach(([u, b]) => { const x = Math.min(a.right, b.right) - Math.max(a.left, b.left),
          y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (x > 2 && y > 5) bad.push(t + ' / ' + u); })); return bad; })""",
    "words of a drawing can be read": """[...new Set([...document.querySelectorAll('svg text')].filter(t => t.textContent.trim() &&
        parseFloat(getComputedStyle(t).fontSize) * t.closest('svg').getBoundingClientRect().width / t.closest('svg').viewBox.baseVal.width < 8.5)
        .map(t => t.textContent.trim()))]""",
    "nothing moves": """[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
        return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 || s.scrollBehavior === 'smooth'; }).map(e => e.tagName)""",
    "the first table needs no scrolling": """[...document.querySelectorAll('#glance .scroll')].filter(e => e.scrollWidth > e.clientWidth)
        .map(e => e.scrollWidth + ' in ' + e.clientWidth)""",
    "nothing but the page's own elements": """[...document.querySelectorAll('img,iframe,object,embed,link,form,input,foreignObject,a[target],[onload],[onerror],[onclick]')].map(e => e.outerHTML.slice(0, 80))""",
}

CONTRAST = """(() => {
  const rgb = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
  const light = c => { const f = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; }
    return [255, 255, 255]; };
  const bad = {}, w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (w.nextNode()) {
    const e = w.currentNode.parentElement;
    if (!w.currentNode.data.trim() || /^(SCRIPT|STYLE)$/.test(e.tagName)) continue;
    const style = getComputedStyle(e), svg = e.closest('svg');
    const a = light(rgb(svg ? style.fill : style.color) || [0, 0, 0]), b = light(ground(svg ? document.body : e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad[(svg ? style.fill : style.color) + ' ' + ratio.toFixed(2)] = w.currentNode.data.trim().slice(0, 40);
  }
  return Object.entries(bad).map(x => x.join(': ')); })()"""

failed = False


def tell(name, wrong):
    global failed
    if wrong:
        failed = True
        print("not ok %s: %s" % (name, "; ".join(str(w).replace("\n", " ") for w in wrong[:5])))
    else:
        print("ok " + name)


def sorting(b):
    """By keyboard alone: the second column of the first table that has numbers, up and then down."""
    b.js("""window.t = [...document.querySelectorAll('table.sorts')].find(t =>
        t.tBodies[0].rows.length > 1 && t.tBodies[0].rows[0].cells[1].dataset.sort !== undefined);
        if (t) { window.h = t.tHead.rows[0].cells[1]; h.querySelector('button').focus(); }""")
    wrong = []
    if b.js("!window.t && !document.querySelector('#results td')"):  # a run without any value has nothing to sort
        return wrong
    for way in ("ascending", "descending"):
        b.key("Enter", 13)
        if b.js("h.getAttribute('aria-sort')") != way:
            wrong.append("aria-sort is not " + way)
        got = b.js("[...t.tBodies[0].rows].map(r => r.cells[1].dataset.sort)")
        numbers = [float(x) for x in got if x]
        if numbers != sorted(numbers, reverse=way == "descending") or "" in got[:len(numbers)]:
            wrong.append("%s: %s" % (way, got))
    if b.js("document.querySelectorAll('[aria-sort]').length") != 1:
        wrong.append("more than one column says that it sorts")
    return wrong


def keyboard(b):
    b.key("Tab", 9)
    wrong = []
    if b.js("document.activeElement.className") != "skip":
        wrong.append("Tab does not begin at the skip link")
    if b.js("document.activeElement.getBoundingClientRect().left") < 0:
        wrong.append("the skip link stays hidden")
    b.key("Tab", 9)
    if b.js("getComputedStyle(document.activeElement).outlineStyle") == "none":
        wrong.append("focus is not seen")
    return wrong


def paper(b):
    b.size(1280, 900, True, "print")
    wrong = []
    if b.js("getComputedStyle(document.querySelector('nav')).display") != "none":
        wrong.append("contents are printed")
    if b.js("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
        wrong.append("a dark page is printed")
    pdf = base64.b64decode(b.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    if not pdf.startswith(b"%PDF") or len(pdf) < 10000:
        wrong.append("no PDF")
    if b.js("dispatchEvent(new Event('beforeprint')); document.querySelectorAll('details:not([open])').length"):
        wrong.append("folds stay closed")
    b.js("dispatchEvent(new Event('afterprint'))")
    return wrong


def asked(b, address):
    """Whatever was asked for beside the page itself, and whatever was complained about."""
    wrong = []
    for e in b.events:
        p = e["params"]
        if e["method"] == "Network.requestWillBeSent" and p["request"]["url"] != address:
            wrong.append("asks for " + p["request"]["url"][:80])
        elif e["method"] == "Log.entryAdded":
            wrong.append("log: " + p["entry"]["text"])
        elif e["method"] == "Runtime.exceptionThrown":
            wrong.append("exception: " + p["exceptionDetails"]["text"])
        elif e["method"] == "Runtime.consoleAPICalled":
            wrong.append("console: " + p["type"])
        elif e["method"] == "Page.javascriptDialogOpening":
            wrong.append("a dialog: " + p["message"])
    return wrong


def main():
    address = "file://" + os.path.realpath(sys.argv[1])
    pictures = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(prefix="tare-look-") as home:
        b = Browser(home)
        try:
            b.size(1280, 900, False)
            b.open(address)
            for name, check in CHECKS.items():
                tell(name, b.js(check))
            for dark in (False, True):
                for width in (1280, 390):
                    shade = "%d, %s" % (width, "dark" if dark else "light")
                    b.size(width, 900, dark)
                    wide = b.js("document.documentElement.scrollWidth")
                    tell("fits " + shade, ["%d wide" % wide] if wide > width else [])
                    if pictures:
                        b.picture(os.path.join(pictures, shade.replace(", ", "-") + ".png"))
                tell("contrast, " + ("dark" if dark else "light"), b.js(CONTRAST))
            b.size(1280, 900, False)
            tell("keyboard finds its way", keyboard(b))
            tell("sorts by keyboard", sorting(b))
            tell("paper", paper(b))
            tell("asks for nothing, complains of nothing", asked(b, address))
            b.call("Emulation.setScriptExecutionDisabled", value=True)
            b.open(address)
            tell("whole without scripts", [] if b.js("document.querySelectorAll('th button').length === 0 && document.querySelectorAll('tbody tr').length > 3") else ["a button or no rows"])
        finally:
            b.close()
    return 1 if failed else 0


sys.exit(main())
