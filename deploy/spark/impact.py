#!/usr/bin/env python3
"""`backpain-cds impact` and `survey` over FHIR Bulk Data that is too much for one machine: the same file, to the byte, by Spark.

    impact.py impact --from PACK --site-to FILE --at 2026-03-01 --json impact.json hdfs:///export
    impact.py survey --pack PACK --site FILE --at 2026-03-01 --html survey.html /data/export

Spark brings together what is of one patient; each partition is piped into one `backpain-cds … --partial`, and `--merge` adds the parts
up. Without --master, and outside of spark-submit, it runs on this machine (local[2]). README.md has the rest.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path

from pyspark_environment import ENVIRONMENT, INSTALLED, USAGE, Refused, bring_pyspark

EMBEDDED_MASTER = "local[2]"
BYTES_A_PARTITION = 256 << 20
MOST_MEDICATION_BYTES = 64 << 20  # as one `impact` holds at most
LARGEST_MANIFEST = 16 << 20
BAD_INPUT = 3  # exit status, as the program has it

# What each part is counted with; of these, what names a file or folder that travels with the job. Then what the parts are added up with: a survey's
# do not hold how its pack calls things.
PART_OPTIONS = {"impact": ("from", "to", "site-from", "site-to", "at", "events", "since", "until", "examples"), "survey": ("pack", "site", "at")}
SHIPPED = ("from", "to", "site-from", "site-to", "pack", "site")
SUM_OPTIONS = {"impact": ("json", "html", "partial", "budget"), "survey": ("pack", "site", "at", "json", "html", "partial")}

# Of no use to any rule, so counted nowhere. It shows that a line is a value: two broken ones would look like a document over many lines.
FIRST_LINE = b'{"resourceType":"Basic","id":"first-line"}\n'

# ---- whose a line is -------------------------------------------------------------------------------------------------------------
#
# All lines of a patient have to come to one process, which looks closely. So it does no harm to see a patient where there is none:
# what is of nobody is counted once, wherever it comes to.

REFERS = re.compile(rb'"(?:subject|patient)"\s*:\s*\{([^{}]*)\}')
REFERENCE = re.compile(rb'"reference"\s*:\s*"([^"]*)"')
PATIENT = re.compile(r"(?:^|/)Patient/([A-Za-z0-9.-]{1,64})(?:/_history/.*)?$", re.ASCII | re.DOTALL)
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def patient_in(reference):
    found = PATIENT.search(reference)
    return found[1] if found else ""


def members_of(line):
    """The members of one object that say whose it is, also where other parts of it are no JSON."""
    try:
        tree = json.loads(line.removeprefix(BYTE_ORDER_MARK))
        return tree if isinstance(tree, dict) else {}
    except (ValueError, RecursionError):
        return walked(line)


def walked(line):
    """As members_of, by brackets and strings alone: the program passes by what rules do not read, and would not see that it is broken."""
    members, path, name, before = {}, [], "", b""
    for token in TOKEN.findall(line):
        if token in b"{[":
            path.append(name)
        elif token in b"}]":
            path = path[:-1]
        elif token == b":" and before.startswith(b'"'):
            name = before[1:-1].decode(errors="replace")
        elif before == b":" and token.startswith(b'"'):
            text = token[1:-1].decode(errors="replace")
            if len(path) == 1:
                members[name] = text
            elif len(path) == 2 and name == "reference":
                members[path[1]] = {"reference": text}
        before = token
    return members


def patient_of(line):
    """The id of the patient whose a line is; empty if it is nobody's."""
    refers = REFERS.findall(line) if b"\\" not in line and b'"Patient"' not in line else []
    if len(refers) == 1 and line.count(b'"subject"') + line.count(b'"patient"') == 1:
        references = REFERENCE.findall(refers[0])
        if len(references) == 1:
            return patient_in(references[0].decode(errors="replace"))
    elif b"\\" not in line and not any(word in line for word in (b'"Patient"', b'"subject"', b'"patient"')):
        return ""
    members = members_of(line)
    if members.get("resourceType") == "Patient":
        identity = members.get("id")
        return identity if isinstance(identity, str) else ""
    for name in ("subject", "patient"):
        reference = members.get(name)
        reference = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(reference, str) and patient_in(reference):
            return patient_in(reference)
    return ""


def partition_of(line, roots, partitions):
    patient = patient_of(line)
    return zlib.crc32(roots.get(patient, patient).encode(errors="replace") or line) % partitions


# ---- what concerns more than one line --------------------------------------------------------------------------------------------


def noteworthy(line):
    """Medications, which any patient's prescriptions may refer to, and patients who were merged (FHIR R4, Patient.link)."""
    try:
        resource = json.loads(line.removeprefix(BYTE_ORDER_MARK))
    except (ValueError, RecursionError):
        return
    if not isinstance(resource, dict) or not isinstance(resource.get("id"), str):
        return
    if resource.get("resourceType") == "Medication":
        yield ("medication", resource["id"]), line.removeprefix(BYTE_ORDER_MARK)
    links = resource.get("link") if resource.get("resourceType") == "Patient" else None
    for link in links if isinstance(links, list) else []:
        other = link.get("other") if isinstance(link, dict) else None
        reference = other.get("reference") if isinstance(other, dict) else None
        if isinstance(reference, str) and patient_in(reference):
            yield ("link", resource["id"], patient_in(reference)), b""


def roots_of(links):
    """One id for all who were merged with each other."""
    above = {}

    def root(one):
        while one in above:
            one = above[one]
        return one

    for one, other in links:
        one, other = root(one), root(other)
        if one != other:
            above[max(one, other)] = min(one, other)
    return {one: root(one) for one in above}


def first_versions(lines):
    """Of several versions of a Medication the one whose text comes first, as the program has it."""
    found = {}
    for line in lines:
        for key, text in noteworthy(line):
            found[key] = min(text, found.get(key, text))
    return found.items()


def read_noteworthy(lines, spark_context):
    found = {}
    for key, text in lines.mapPartitions(first_versions).collect():
        found[key] = min(text, found.get(key, text))
    medications = b"".join(line + b"\n" for key, line in sorted(found.items()) if key[0] == "medication")
    if len(medications) > MOST_MEDICATION_BYTES:
        raise Refused(BAD_INPUT, "the Medications of this population take more than 64 MiB: give it in parts, and add their counts up with --merge")
    roots = roots_of(sorted(key[1:] for key in found if key[0] == "link"))
    return spark_context.broadcast(medications), spark_context.broadcast(roots)


# ---- the files -------------------------------------------------------------------------------------------------------------------


class Population:
    """The files to be read, by the rules of `impact`: those of a manifest alone where there is one."""

    def __init__(self, session, paths):
        self.hadoop = session._jvm.org.apache.hadoop.fs
        self.configuration = session._jsc.hadoopConfiguration()
        self.files, self.unread, self.bytes = {}, 0, 0
        for path in paths:
            self.add(self.hadoop.Path(path))

    def add(self, path):
        found = path.getFileSystem(self.configuration).globStatus(path)
        if not found:
            raise Refused(BAD_INPUT, f"{path.toString()} is not there.")
        for status in found:
            if status.isDirectory():
                self.add_folder(status.getPath())
            elif not self.add_manifest(status, {}):
                self.add_file(status)

    def add_folder(self, folder):
        inside, walk = {}, folder.getFileSystem(self.configuration).listFiles(folder, True)
        while walk.hasNext():
            status = walk.next()
            inside[status.getPath().toString()] = status
        manifests = {name for name, status in sorted(inside.items()) if self.add_manifest(status, inside)}
        listed = {name.rpartition("/")[0] for name in manifests}
        for name, status in sorted(inside.items()):
            if name in manifests or name in self.files:
                continue
            if name.rpartition("/")[0] not in listed and re.search(r"\.(ndjson|jsonl|json)(\.gz)?$", name):
                self.add_file(status)
            else:
                self.unread += 1

    def add_file(self, status):
        name = status.getPath().toString()
        if re.search(r"\.json(\.gz)?$", name):
            raise Refused(BAD_INPUT, f"{name} holds one document, perhaps: here each line of a file is one (.ndjson, .jsonl, .gz). "
                                     "Write Bundles one a line, or give the folder to `impact` itself.")
        if status.getPath().getName().startswith(("_", ".")):
            raise Refused(BAD_INPUT, f"{name}: Spark reads no file whose name begins so. Rename it.")
        if name not in self.files:
            self.files[name] = status
            self.bytes += status.getLen()

    def add_manifest(self, status, inside):
        """Whether it is one (FHIR Bulk Data Access, Response - Complete Status); its files lie beside it, under their names."""
        path = status.getPath()
        if not path.getName().endswith(".json") or status.getLen() > LARGEST_MANIFEST:
            return False
        files = path.getFileSystem(self.configuration)
        stream = files.open(path)
        try:
            manifest = json.loads(bytes(stream.readNBytes(status.getLen())))
        except ValueError:
            return False
        finally:
            stream.close()
        if not isinstance(manifest, dict) or "transactionTime" not in manifest or not isinstance(manifest.get("output"), list):
            return False
        for output in manifest["output"]:
            name = re.split(r"[?#]", str(output.get("url", "")) if isinstance(output, dict) else "")[0].rpartition("/")[2]
            beside = [self.hadoop.Path(path.getParent(), name + end) for end in ("", ".gz")] if name else []
            there = next((one for one in beside if files.isFile(one)), None)
            if there is None:
                raise Refused(BAD_INPUT, f"{path.toString()} names {name or 'no file'}, which is no file beside it. Fetch it, or name the files.")
            self.add_file(files.getFileStatus(there))
        return True

    def frame(self, session):
        """A row for each line. Line ends are \\n alone, and bytes stay what they are."""
        names = [re.sub(r"([\[\]{}*?,\\])", r"\\\1", name) for name in sorted(self.files)]
        return session.read.option("lineSep", "\n").text(names)


def lines_of(frame):
    return frame.select(frame.value.cast("binary").alias("value")).rdd.map(lambda row: bytes(row.value))


# ---- what travels ----------------------------------------------------------------------------------------------------------------


def libraries_of(program):
    """The shared libraries that the program links, and the loader that brings them in."""
    told = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    libraries = [Path(path) for path in re.findall(r"(?:=> |^\s*)(/\S+) \(0x", told, re.MULTILINE)]
    loader = next((path for path in libraries if path.name.startswith("ld-linux")), None)
    if loader is None or "not found" in told:
        raise Refused(ENVIRONMENT, f"{program} does not find its libraries here: {told}")
    return libraries, loader


def pack_up(folder, program, options):
    """One archive with program, libraries, packs and site files: nodes need nothing but Python and Spark. \\returns it, and the command."""
    libraries, loader = libraries_of(program)
    archive = Path(folder, "backpain-cds.bundle")  # Spark itself would unpack what is called .tar.gz
    with tarfile.open(archive, "w:gz", compresslevel=1, dereference=True) as tar:
        tar.add(program, "program", recursive=False)
        for path in libraries:
            tar.add(path.resolve(), f"libraries/{path.name}")
        for name in SHIPPED:
            if name in options:
                tar.add(options[name], f"{name}/{Path(options[name]).resolve().name}")
    shipped = {name: f"{name}/{Path(value).resolve().name}" if name in SHIPPED else value for name, value in options.items()}
    named = archive.with_name(f"backpain-cds-{hashlib.sha256(archive.read_bytes()).hexdigest()[:16]}.bundle")
    archive.rename(named)
    return named, [f"libraries/{loader.name}", "--library-path", "libraries", "./program"], shipped


def unpacked(name):
    """The folder of what travelled, unpacked once an executor."""
    from pyspark import SparkFiles
    archive = Path(SparkFiles.get(name))
    folder = archive.with_name(name + ".d")
    if not folder.is_dir():
        fresh = tempfile.mkdtemp(dir=archive.parent)
        with tarfile.open(archive) as tar:
            tar.extractall(fresh)
        try:
            os.rename(fresh, folder)
        except OSError:  # another task of this executor was first
            shutil.rmtree(fresh)
    return folder


def as_arguments(options):
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def part_counter(archive_name, command, medications):
    """What counts a partition: one process, fed with its lines. Whatever becomes of it, a part is whole or there is none."""

    def count(lines):
        folder = unpacked(archive_name)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temp:
            part, told = Path(temp, "part.json"), Path(temp, "told")
            with open(told, "wb") as errors:
                process = subprocess.Popen([*command, "--partial", part, "--threads", "1", "--temp", temp, "--quiet", "-"], cwd=folder,
                                           stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, bufsize=1 << 20)
            try:
                feed(process.stdin, medications.value, lines)
                status = process.wait()
            finally:
                process.kill()
                process.wait()
            if status != 0:
                raise RuntimeError(f"the process of a partition ended with {status}: {told.read_text(errors='replace')[-2000:]}")
            yield part.read_text(encoding="utf-8")

    return count


def feed(pipe, medications, lines):
    try:
        pipe.write(FIRST_LINE)
        pipe.write(medications)
        for line in lines:
            pipe.write(line)
            pipe.write(b"\n")
        pipe.close()
    except BrokenPipeError:
        pass  # its exit status tells


# ---- the run ---------------------------------------------------------------------------------------------------------------------


def grouped(session, population, partitions):
    """Lines by partition, all of a patient's in one; and what each partition needs besides."""
    frame = population.frame(session)
    merged = frame.value.contains('"Patient"') & frame.value.contains('"link"')
    medications, roots = read_noteworthy(lines_of(frame.filter(frame.value.contains('"Medication"') | merged)), session.sparkContext)
    keyed = lines_of(frame).filter(bool).map(lambda line: (partition_of(line, roots.value, partitions), line))
    return keyed.partitionBy(partitions, int).values(), medications


def count_nobody(verb, options, program, folder, unread):
    """A part without patients, and with the files that nobody read. It also shows that packs and options are fit, before a cluster works."""
    empty = Path(folder, "nobody")
    empty.mkdir()
    for number in range(unread):
        (empty / f"{number}.unread").touch()
    part = Path(folder, "part-nobody.json")
    done = subprocess.run([program, verb, *as_arguments(options), "--partial", part, "--quiet", empty], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(done.returncode, done.stderr.strip())
    return part


def add_up(verb, parts, options, program):
    done = subprocess.run([program, verb, *as_arguments(options), "--merge", *parts], stderr=subprocess.PIPE, text=True)
    # Every part here is another partition: those that are equal by chance are no mistake.
    told = [line for line in done.stderr.splitlines() if "are the same to the byte" not in line]
    if told:
        print("\n".join(told), file=sys.stderr)
    return done.returncode


def session_for(master, settings):
    from pyspark import SparkConf
    from pyspark.sql import SparkSession
    conf = SparkConf()
    conf.setIfMissing("spark.master", EMBEDDED_MASTER)
    if master:
        conf.setMaster(master)
    if conf.get("spark.master").startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        for name, value in (("spark.driver.host", "127.0.0.1"), ("spark.driver.bindAddress", "127.0.0.1"), ("spark.ui.enabled", "false")):
            conf.setIfMissing(name, value)
    for name, value in settings:
        conf.set(name, value)
    session = SparkSession.builder.appName("backpain-cds").config(conf=conf).getOrCreate()
    session.sparkContext.setLogLevel("WARN")
    return session


def run(arguments):
    given = {name: str(value) for name, value in vars(arguments).items() if value is not None}
    options = {name: given[name] for name in PART_OPTIONS[arguments.verb] if name in given}
    sums = {name: given[name] for name in SUM_OPTIONS[arguments.verb] if name in given}
    program = shutil.which(arguments.program)
    if program is None:
        raise Refused(USAGE, f"there is no program {arguments.program} here: name it with --program")
    with tempfile.TemporaryDirectory(prefix="backpain-cds-spark-") as folder:  # exact counts: its owner's alone
        count_nobody(arguments.verb, options, program, Path(tempfile.mkdtemp(dir=folder)), 0)
        session = session_for(arguments.master, arguments.conf)
        try:
            population = Population(session, arguments.population)
            parts = [count_nobody(arguments.verb, options, program, folder, population.unread)]
            for number, text in enumerate(count_parts(session, population, arguments, program, options, folder)):
                parts.append(Path(folder, f"part-{number}.json"))
                parts[-1].write_text(text, encoding="utf-8")
        finally:
            session.stop()
        return add_up(arguments.verb, parts, sums, program)


def count_parts(session, population, arguments, program, options, folder):
    if not population.files:
        return []
    partitions = arguments.partitions or max(session.sparkContext.defaultParallelism, population.bytes // BYTES_A_PARTITION + 1)
    archive, start, shipped = pack_up(folder, program, options)
    session.sparkContext.addFile(str(archive))
    lines, medications = grouped(session, population, partitions)
    command = [*start, arguments.verb, *as_arguments(shipped)]
    return lines.mapPartitions(part_counter(archive.name, command, medications)).collect()


def setting(text):
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def positive(text):
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def new_folder(text):
    """Its whole path: what lies beside it has a name too. The root has nothing beside it."""
    path = Path(os.path.realpath(text))
    if not path.name:
        raise argparse.ArgumentTypeError(f"{text} cannot be made")
    return path


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, part_options in PART_OPTIONS.items():
        one = verbs.add_parser(verb, allow_abbrev=False)
        for name in dict.fromkeys((*part_options, *SUM_OPTIONS[verb])):
            one.add_argument(f"--{name}", dest=name, metavar="VALUE", help="as of the program", required=name in ("from", "pack"))
        one.add_argument("population", nargs="+", metavar="POPULATION", help="files, folders or manifests of FHIR Bulk Data, wherever Spark reads")
        one.add_argument("--program", default="backpain-cds", help="backpain-cds (default: that of PATH)")
        one.add_argument("--master", help=f"Spark's master (default: spark-submit's, else {EMBEDDED_MASTER})")
        one.add_argument("--partitions", type=positive, help="into how many parts patients are split (default: one a 256 MB, at least one a core)")
        one.add_argument("--conf", action="append", default=[], type=setting, metavar="NAME=VALUE", help="a setting of Spark's")
        one.add_argument("--environment", default=INSTALLED, type=new_folder, help="where PySpark is installed if it is missing")
    return parser.parse_args()


def is_of_spark(failed):
    """Raised by PySpark or by its bridge to Java; or on the way to a Java that has ended. PySpark may not be there to ask for its classes."""
    return isinstance(failed, ConnectionError) or any(kind.__module__.partition(".")[0] in ("pyspark", "py4j") for kind in type(failed).__mro__)


def main():
    arguments = parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C does: the folder with exact counts goes
    try:
        try:
            import pyspark  # noqa: F401
        except ImportError:
            bring_pyspark(arguments.environment)
        return run(arguments)
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return refused.status
    except Exception as failed:
        if not is_of_spark(failed):
            raise
        print(f"error: Spark gave up: {str(getattr(failed, 'java_exception', failed))[:4000]}", file=sys.stderr)
        return ENVIRONMENT


if __name__ == "__main__":
    sys.exit(main())
