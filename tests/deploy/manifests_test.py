#!/usr/bin/env python3
"""The examples for Kubernetes and Compose hold nothing that those would not take, and end a replica as it wants to be ended.

    manifests_test.py ENVIRONMENT     a folder for the packages with the schemas (PyPI)

Exit status 77: skipped, the packages cannot be had.
"""

import json
import re
import shlex
import subprocess
import sys
import unittest
import venv
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PACKAGES = ("kubernetes-validate==1.37.0",)
COMPOSE = "docker-compose==1.29.2"  # for the schema in it (compose-spec); what else it needs is old
KUBERNETES = ("1.29.1", "1.37.0")  # the oldest that hospitals still run, and a new one
SKIPPED = 77
PYTHON = None


def made(folder):
    """Whether the packages are there, or could be installed."""
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        venv.create(folder, clear=True, with_pip=True)
        for packages in (PACKAGES, ("--no-deps", COMPOSE)):
            done = subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True)
            if done.returncode != 0:
                print(f"skipped: {done.stderr}")
                return None
        (folder / "made").touch()
    return python


def in_environment(program, *arguments):
    done = subprocess.run([PYTHON, "-c", program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr[-2000:])
    return json.loads(done.stdout)


def documents(name):
    return in_environment("import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", DEPLOY / name)


def secrets_of_the_head():
    """The words behind each `kubectl create secret` of the comment, as a shell would read them."""
    comment = "".join(re.findall(r"^# ?(.*\n)", (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"), re.MULTILINE))
    return [shlex.split(command.replace("\\\n", ""))[3:] for command in re.findall(r"^ *(kubectl create secret (?:.*\\\n)*.*)", comment, re.MULTILINE)]


def secrets_asked_for(pod):
    """Each secret's name, and the keys that the pod takes of it by name."""
    for volume in pod["volumes"]:
        if secret := volume.get("secret"):
            yield secret["secretName"], {item["key"] for item in secret.get("items", ())}
    for variable in pod["containers"][0].get("env", ()):
        if key := variable.get("valueFrom", {}).get("secretKeyRef"):
            yield key["name"], {key["key"]}


class Kubernetes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.by_kind = {document["kind"]: document for document in documents("kubernetes.yaml")}
        cls.pod = cls.by_kind["Deployment"]["spec"]["template"]["spec"]
        cls.container, = cls.pod["containers"]

    def test_every_document_is_valid_in_old_and_new_versions(self):
        for version in KUBERNETES:
            told = subprocess.run([PYTHON.parent / "kubernetes-validate", "--strict", "--kubernetes-version", version, DEPLOY / "kubernetes.yaml"],
                                  capture_output=True, text=True)
            self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
            self.assertEqual((told.stdout + told.stderr).count(" passed "), len(self.by_kind), version)

    def test_nothing_is_missing_that_replicas_need(self):
        self.assertEqual(set(self.by_kind), {"ConfigMap", "Deployment", "CronJob", "Service", "PodDisruptionBudget", "NetworkPolicy"})
        self.assertGreater(self.by_kind["Deployment"]["spec"]["replicas"], self.by_kind["PodDisruptionBudget"]["spec"]["minAvailable"])

    def test_all_that_selects_pods_selects_those_of_the_deployment(self):
        labels = self.by_kind["Deployment"]["spec"]["template"]["metadata"]["labels"]
        for kind, path in (("Deployment", ("selector", "matchLabels")), ("Service", ("selector",)), ("PodDisruptionBudget", ("selector", "matchLabels")),
                           ("NetworkPolicy", ("podSelector", "matchLabels"))):
            selected = self.by_kind[kind]["spec"]
            for step in path:
                selected = selected[step]
            self.assertLessEqual(selected.items(), labels.items(), kind)
        self.assertFalse(labels.items() <= self.by_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"].items())

    def test_probes_ask_the_administration_port(self):
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        config = json.loads(re.sub(r"//[^\n\"]*\n", "\n", self.by_kind["ConfigMap"]["data"]["config.json"]))
        self.assertEqual(config["admin"]["listen"], f"0.0.0.0:{ports['admin']}")
        self.assertEqual(config["listen"], f"0.0.0.0:{ports['https']}")
        for probe, path in (("startupProbe", "live"), ("readinessProbe", "ready"), ("livenessProbe", "live")):
            self.assertEqual(self.container[probe]["httpGet"], {"path": f"/health/{path}", "port": "admin"})

    def test_the_authority_of_the_database_is_where_the_example_of_its_address_says(self):
        told = re.search(r"sslmode=verify-full&sslrootcert=(\S+)/(\S+)'", (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))
        for pod in (self.pod, self.by_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]):
            volume, = (mount["name"] for mount in pod["containers"][0]["volumeMounts"] if mount["mountPath"] == told[1])
            secret, = (each["secret"] for each in pod["volumes"] if each["name"] == volume)
            address = next(each["valueFrom"]["secretKeyRef"] for each in pod["containers"][0]["env"] if each["name"] == "BACKPAIN_CDS_STORE")
            self.assertEqual(secret, {"secretName": address["name"], "items": [{"key": "ca.crt", "path": told[2]}]})
            self.assertNotEqual(address["key"], "ca.crt")

    def test_the_secrets_that_its_head_makes_are_those_that_pods_ask_for(self):
        made = {}
        for kind, name, *options in secrets_of_the_head():
            for option in options:
                self.assertRegex(option, r"^--[a-z-]+=.+$", "a word that belongs to no option")
            options = [option[2:].split("=", 1) for option in options]
            made[name] = {"tls.crt", "tls.key"} if kind == "tls" else {value.partition("=")[0] for _, value in options}
            if kind == "generic":
                self.assertLessEqual({option for option, _ in options}, {"from-file", "from-literal"})
                for _, value in options:
                    self.assertRegex(value, r"^[-._a-zA-Z0-9]+=\S+$")
        for pod in (self.pod, self.by_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]):
            for name, keys in secrets_asked_for(pod):
                self.assertLessEqual(keys, made[name], name)

    def test_an_update_takes_no_replica_before_another_is_ready(self):
        self.assertEqual(self.by_kind["Deployment"]["spec"]["strategy"]["rollingUpdate"], {"maxUnavailable": 0, "maxSurge": 1})

    def test_there_is_time_for_what_is_under_way(self):
        waits = int(self.container["lifecycle"]["preStop"]["exec"]["command"][1])
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], waits + seconds_to_stop())


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.composed, = documents("compose.yaml")

    def test_it_is_valid(self):
        program = ("import compose, importlib.resources as r, json, jsonschema, sys, yaml;"
                   "schema = json.loads(r.files('compose').joinpath('config/compose_spec.json').read_text());"
                   "jsonschema.Draft7Validator(schema).validate(yaml.safe_load(open(sys.argv[1]))); print('true')")
        self.assertIs(in_environment(program, DEPLOY / "compose.yaml"), True)

    def test_the_balancer_knows_the_replicas_by_their_names(self):
        servers = re.findall(r"^ +server \S+ (\S+):8443$", (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(servers, [name for name in self.composed["services"] if name.startswith("replica")])

    def test_there_is_time_for_what_is_under_way(self):
        for name, service in self.composed["services"].items():
            if name.startswith("replica"):
                self.assertGreaterEqual(int(service["stop_grace_period"].removesuffix("s")), seconds_to_stop())

    def test_everything_that_is_named_is_there(self):
        for name, service in self.composed["services"].items():
            for kind in ("networks", "secrets"):
                self.assertLessEqual(set(service.get(kind, [])), set(self.composed[kind]), name)
        self.assertTrue((DEPLOY / self.composed["services"]["replica-one"]["build"]["context"] / "deploy" / "Dockerfile").is_file())


def seconds_to_stop():
    """As the runbook has it: limits.requestSeconds, whose default stands in the configuration's page, and five seconds."""
    return int(re.search(r"`limits\.requestSeconds` \|[^|]*\| `(\d+)`", (DEPLOY / "configuration.md").read_text(encoding="utf-8"))[1]) + 5


if __name__ == "__main__":
    PYTHON = made(Path(sys.argv.pop(1)).resolve())
    if PYTHON is None:
        sys.exit(SKIPPED)
    unittest.main()
