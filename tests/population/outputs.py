"""Where the invented patients go: a Bundle a file, a Bundle a line, Bulk Data files by type, or lines on standard output."""

import gzip
import io
import json
import sys
from pathlib import Path

from cds_calls import BASE
from draws import Draws

BUFFER = 1 << 20


def bundle(chart):
    entries = ",".join(f'{{"fullUrl":"{BASE}/{kind}/{name}","resource":{text}}}' for kind, name, text in chart.export())
    return f'{{"resourceType":"Bundle","id":"b{chart.number}","type":"collection","entry":[{entries}]}}'


class Lines:
    """Lines to one file, or to standard output."""

    def __init__(self, path, name, zipped):
        if path == "-":
            self.file = sys.stdout.buffer
        else:
            Path(path).mkdir(parents=True, exist_ok=True)
            self.file = written(Path(path) / (name + (".gz" if zipped else "")), zipped)
        self.opened = path != "-"

    def write(self, line):
        self.file.write(line.encode() + b"\n")

    def close(self):
        if self.opened:
            self.file.close()
        else:
            self.file.flush()


def written(path, zipped):
    """A file to write bytes to; compressed it holds neither name nor time, so that equal content is equal bytes."""
    raw = open(path, "wb", buffering=BUFFER)
    if not zipped:
        return raw
    packed = gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=4, mtime=0)
    buffered = io.BufferedWriter(packed, BUFFER)
    close = buffered.close

    def close_both():
        close()
        raw.close()

    buffered.close = close_both
    return buffered


class Bundles:
    """A folder with one Bundle for each patient."""

    def __init__(self, path, zipped):
        self.folder = Path(path)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.zipped = zipped

    def write(self, chart):
        with written(self.folder / f"p{chart.number}.json{'.gz' if self.zipped else ''}", self.zipped) as file:
            file.write(bundle(chart).encode() + b"\n")

    def close(self):
        pass


class BulkData:
    """FHIR Bulk Data output: NDJSON by type, several files a type, with a manifest. A line's file is drawn, so that a patient is scattered."""

    def __init__(self, path, settings, files, zipped, shuffle):
        self.folder, self.files, self.zipped, self.shuffle = Path(path), files, zipped, shuffle
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seed = settings.seed
        self.open = {}
        self.counts = {}
        for kind, name, text in shared_resources():
            self.line(kind, f"{kind}.000", text)

    def line(self, kind, name, text):
        if name not in self.open:
            self.open[name] = written(self.folder / f"{name}.ndjson{self.ending()}", self.zipped and self.shuffle is None)
            self.counts[name] = 0
        self.open[name].write(text.encode() + b"\n")
        self.counts[name] += 1

    def ending(self):
        return ".gz" if self.zipped else ""

    def write(self, chart):
        draws = Draws(self.seed, chart.number, "files")
        for kind, _, text in chart.export():
            self.line(kind, f"{kind}.{draws.whole(0, self.files - 1):03d}", text)

    def close(self):
        for name, file in sorted(self.open.items()):
            file.close()
            if self.shuffle is not None:
                self.shuffle_file(name)
        output = [{"type": name.split(".")[0], "url": f"https://bulk.hospital.example/export/{name}.ndjson{self.ending()}", "count": count}
                  for name, count in sorted(self.counts.items())]
        manifest = {"transactionTime": "2026-03-01T00:00:00Z", "request": f"{BASE}/$export", "requiresAccessToken": False, "output": output, "error": []}
        (self.folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    def shuffle_file(self, name):
        """Another order of its lines; in memory, one file after the other: more --files, less memory."""
        path = self.folder / f"{name}.ndjson{self.ending()}"
        lines = path.read_bytes().splitlines(keepends=True)
        draws = Draws(self.seed, self.shuffle, name, "shuffle")
        for last in range(len(lines) - 1, 0, -1):
            other = draws.whole(0, last)
            lines[last], lines[other] = lines[other], lines[last]
        with written(path, self.zipped) as file:
            file.writelines(lines)


def shared_resources():
    """What an export holds that is of no patient."""
    for number in range(1, 7):
        for name in (f"site-{number}", f"lab-{number}"):
            yield "Organization", name, f'{{"resourceType":"Organization","id":"{name}","name":"Invented {name}"}}'
    yield "Practitioner", "d1", '{"resourceType":"Practitioner","id":"d1","name":[{"family":"Invented"}]}'


class Stream:
    """The same as lines on standard output: one resource a line (Bulk Data), or one Bundle a line."""

    def __init__(self, path, name, zipped, bundles):
        self.lines, self.bundles = Lines(path, name, zipped), bundles

    def write(self, chart):
        if self.bundles:
            self.lines.write(bundle(chart))
            return
        for _, _, text in chart.export():
            self.lines.write(text)

    def close(self):
        self.lines.close()
