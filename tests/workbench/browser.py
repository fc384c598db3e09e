"""Chromium driven as a person drives it, over its DevTools protocol by a pipe: a mouse that moves, keys that are pressed, and no other
way in. What is waited for is looked at when the page changes, never after a sleep."""

import base64
import contextlib
import fcntl
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

CHROMIUM = shutil.which("chromium")
MISSING = "skipped: there is no chromium (deploy/install-packages test)"
PATIENCE_SECONDS = float(os.environ.get("BROWSER_PATIENCE_SECONDS", "120"))
MOST_TABS = 400  # the stops of a page that are tried on the way to an element

KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), " ": (32, " "), "Backspace": (8, ""), "Delete": (46, ""),
        "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, ""), "Home": (36, ""), "End": (35, "")}
ALT, CONTROL, SHIFT = 1, 2, 8

# In the page: elements that are seen and that a person would call by this name, and a promise of a condition.
IN_PAGE = r"""(() => {
  const LOOK_MILLISECONDS = 40;
  const isSeen = element => element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length > 0;
  const nameOf = element => {
    const by = element.getAttribute('aria-labelledby');
    const named = by && by.split(/\s+/).map(id => document.getElementById(id)?.textContent ?? '').join(' ');
    return (named || element.getAttribute('aria-label') || (element.labels?.length ? element.labels[0].textContent : '') ||
            element.innerText || element.value || element.title || '').replace(/\s+/g, ' ').trim();
  };
  const all = (selector, name) => [...document.querySelectorAll(selector)].filter(
    element => isSeen(element) && (name === null || nameOf(element) === name || nameOf(element).startsWith(name)));
  const find = (selector, name) => { const found = all(selector, name); return found.find(element => nameOf(element) === name) ?? found[0] ?? null; };
  const until = condition => new Promise((done, failed) => {
    let over = false;
    const look = () => {
      if (over) return;
      let value;
      try { value = condition(); } catch (error) { over = true; watch.disconnect(); failed(error); return; }
      if (value) { over = true; watch.disconnect(); done(value); }
    };
    const watch = new MutationObserver(look);
    watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    // What changes without the tree: scrolling, focus. Not with each frame: who waits must not take the processor from whom it waits for.
    const again = () => { look(); if (!over) setTimeout(again, LOOK_MILLISECONDS); };
    again();
  });
  window.driver = {isSeen, nameOf, all, find, until};
})()"""

# Whether what has the focus is drawn otherwise than without it, on itself, on a part or on its label, and stands within the window.
FOCUS_IS_SEEN = """(() => {
    const element = document.activeElement, box = element.getBoundingClientRect();
    const isDrawn = each => { const style = getComputedStyle(each); return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'; };
    const drawn = [element, ...element.children, ...element.labels ?? []].some(isDrawn) || element.closest('.CodeMirror-focused');
    return Boolean(drawn) && box.bottom > 0 && box.top < innerHeight;
})()"""
# Chromium says so where a page is left that nobody has touched (a person has always touched it), and of an answer in which the server refuses
# what it cannot do now, which the page tells in words.
NO_FAULT = ("Blocked attempt to show a 'beforeunload'", "Failed to load resource: the server responded with a status of 409")


class BrowserError(Exception):
    """What the browser answered in place of a result."""


class Browser:
    """One Chromium with a profile of its own; `page()` opens a page in it. It finds no host but 127.0.0.1."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.pages, self.waiting, self.last, self.lock = {}, {}, 0, threading.Lock()
        ours_to_read, theirs_to_write = os.pipe()
        theirs_to_read, ours_to_write = os.pipe()
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 20) for each in (theirs_to_read, theirs_to_write)]
        for each in (theirs_to_read, theirs_to_write):
            os.close(each)
        self.process = subprocess.Popen(
            ["bash", "-c", 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"', "chromium", *map(str, high), CHROMIUM, "--headless=new",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--force-color-profile=srgb", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
             # A machine that has other things to do is no reason to hold a page's clocks back.
             "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", "about:blank"],
            pass_fds=high, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for each in high:
            os.close(each)
        self.to, self.from_it = os.fdopen(ours_to_write, "wb", 0), os.fdopen(ours_to_read, "rb")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        """Hands on what comes: answers to who waits for them, events to their page."""
        rest = b""
        while piece := os.read(self.from_it.fileno(), 1 << 20):
            *whole, rest = (rest + piece).split(b"\0")
            for text in whole:
                message = json.loads(text)
                if "id" in message:
                    self.waiting.pop(message["id"]).put(message)
                elif page := self.pages.get(message.get("sessionId")):
                    page.happened(message["method"], message["params"])
        for each in list(self.waiting.values()):
            each.put({"error": {"message": "Chromium ended"}})

    def call(self, method, session=None, **params):
        answer = queue.Queue()
        with self.lock:
            self.last += 1
            self.waiting[self.last] = answer
            message = {"id": self.last, "method": method, "params": params} | ({"sessionId": session} if session else {})
            self.to.write(json.dumps(message).encode() + b"\0")
        try:
            came = answer.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise BrowserError(f"{method} was not answered in {PATIENCE_SECONDS} s: {json.dumps(params)[:400]}") from None
        if "error" in came:
            raise BrowserError(f"{method}: {came['error']['message']}")
        return came["result"]

    def page(self, width=1280, height=800):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, target, width, height)

    def close(self):
        """Its profile is thrown away: there is nothing that an orderly end would keep, and that takes many seconds."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextlib.contextmanager
def started():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(folder)
        try:
            yield browser
        finally:
            browser.close()


class Page:
    """A page. `faults`: exceptions and errors of its console, refusals of its policy among them; `dialogs`: what it made pop up."""

    def __init__(self, browser, session, target, width, height):
        self.browser, self.session, self.target = browser, session, target
        self.faults, self.dialogs, self.asked, self.downloads, self.answers_to_dialogs = [], [], [], queue.Queue(), True
        browser.pages[session] = self
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=IN_PAGE)
        self.viewport(width, height)
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(browser.folder), eventsEnabled=True)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.allow_clipboard()

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def happened(self, method, params):
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error" and not params["entry"]["text"].startswith(NO_FAULT):
            self.faults.append(f"{params['entry']['text']} {params['entry'].get('url', '')}".strip())
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.faults.append(" ".join(str(each.get("value", each.get("description"))) for each in params["args"]))
        elif method == "Page.javascriptDialogOpening":
            # Where unsaved changes are left the browser asks, as it should.
            if params["type"] != "beforeunload":
                self.dialogs.append((params["type"], params["message"]))
            answer = self.answers_to_dialogs
            threading.Thread(target=lambda: self.call("Page.handleJavaScriptDialog", accept=answer), daemon=True).start()
        elif method == "Fetch.requestPaused":
            threading.Thread(target=self.fulfil, args=(params["requestId"],), daemon=True).start()
        elif method == "Network.requestWillBeSent":
            self.asked.append((params["request"]["method"], params["request"]["url"]))
        elif method == "Browser.downloadProgress" and params["state"] == "completed":
            self.downloads.put(params.get("filePath"))

    def answer(self, pattern, body):
        """From now on the browser itself answers requests of this pattern, with JSON."""
        self.fulfilled = base64.b64encode(json.dumps(body).encode()).decode()
        self.call("Fetch.enable", patterns=[{"urlPattern": pattern}])

    def fulfil(self, request):
        headers = [{"name": "Content-Type", "value": "application/json"}]
        with contextlib.suppress(BrowserError):  # a page that was left asks no more
            self.call("Fetch.fulfillRequest", requestId=request, responseCode=200, responseHeaders=headers, body=self.fulfilled)

    # What a page is looked at by.

    def evaluate(self, expression):
        """The value of an expression of JavaScript, awaited."""
        came = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in came:
            details = came["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return came["result"].get("value")

    def wait(self, condition):
        """Waits until an expression of JavaScript is true; its value then."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.evaluate(f"driver.until(() => ({condition}))")
            except BrowserError as error:
                # A page that is just being left takes the question with it.
                if time.monotonic() > give_up or not any(words in str(error) for words in ("context was destroyed", "navigated or closed", "driver is not defined")):
                    raise BrowserError(f"{condition}: {error}\nThe page says:\n{self.text()[:3000]}\n{self.faults}") from None

    def text(self):
        return self.evaluate("document.body?.innerText ?? ''")

    def wait_text(self, text, selector="body"):
        self.wait(f"document.querySelector({json.dumps(selector)})?.innerText.includes({json.dumps(text)})")

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def reload(self):
        self.evaluate("window.wasBefore = true")
        self.call("Page.reload")
        self.wait("!window.wasBefore && document.readyState === 'complete'")

    def viewport(self, width, height, zoom=1):
        """A window; zoomed, as much fewer of the page's pixels fit into it."""
        self.call("Emulation.setDeviceMetricsOverride", width=round(width / zoom), height=round(height / zoom), deviceScaleFactor=zoom, mobile=False)

    def prefers(self, scheme, motion="no-preference"):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}])

    def screenshot(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def settle(self):
        """Waits until nothing is on its way: two frames have been drawn, in which what follows a window's size has its own, and no colour turns."""
        self.wait("document.getAnimations().every(each => each.playState !== 'running')")
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    # What a person does.

    def point(self, selector, name=None):
        """Where the middle of an element is, once it is there and holds still."""
        asked = f"driver.find({json.dumps(selector)}, {json.dumps(name)})"
        self.wait(f"{asked} && !{asked}.disabled")
        return self.evaluate(f"""(async () => {{
            const element = {asked};
            element.scrollIntoView({{block: 'center', inline: 'nearest', behavior: 'instant'}});
            let before, now = element.getBoundingClientRect();
            do {{ before = now; await new Promise(requestAnimationFrame); now = element.getBoundingClientRect(); }} while (now.x !== before.x || now.y !== before.y);
            return [now.x + Math.min(now.width / 2, now.width - 1), now.y + now.height / 2];
        }})()""")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, selector, name=None):
        x, y = self.point(selector, name)
        self.mouse("mouseMoved", x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", buttons=1 if kind == "mousePressed" else 0, clickCount=1)

    def hover(self, selector, name=None):
        self.mouse("mouseMoved", *self.point(selector, name))

    def drag(self, selector, dx, dy, name=None):
        x, y = self.point(selector, name)
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
        for step in range(1, 6):
            self.mouse("mouseMoved", x + dx * step / 5, y + dy * step / 5, button="left", buttons=1)
        self.mouse("mouseReleased", x + dx, y + dy, button="left", buttons=0, clickCount=1)

    def press(self, key, modifiers=0):
        code, text = KEYS.get(key, (ord(key[0].upper()), key))
        if modifiers & (ALT | CONTROL):
            text = ""
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, code=f"Key{key.upper()}" if key.isalpha() and len(key) == 1 else key,
                  windowsVirtualKeyCode=code, modifiers=modifiers, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code, modifiers=modifiers)

    def write(self, text):
        """Into what has the focus, key by key."""
        for each in text:
            if each == "\n":
                self.press("Enter")
            else:
                self.call("Input.dispatchKeyEvent", type="keyDown", key=each, text=each)
                self.call("Input.dispatchKeyEvent", type="keyUp", key=each)

    def tab_to(self, selector, name=None, modifiers=0):
        """Goes to an element by the Tab key alone, and fails where that never comes to it."""
        self.wait(f"driver.find({json.dumps(selector)}, {json.dumps(name)})")
        for _ in range(MOST_TABS):
            self.press("Tab", modifiers)
            if self.evaluate(f"driver.find({json.dumps(selector)}, {json.dumps(name)}) === document.activeElement"):
                self.wait(FOCUS_IS_SEEN)
                return
        raise BrowserError(f"the Tab key does not come to {selector} {name or ''}")

    def choose_file(self, selector, *paths):
        document = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(each) for each in paths])

    def downloaded(self):
        """The path of the next file that the page hands over."""
        return Path(self.downloads.get(timeout=PATIENCE_SECONDS))

    def allow_clipboard(self):
        self.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])

    def clipboard(self):
        self.allow_clipboard()  # a page that was left takes with it what it was allowed
        self.call("Page.bringToFront")
        return self.evaluate("navigator.clipboard.readText()")

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.pages.pop(self.session, None)
