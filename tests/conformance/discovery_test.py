#!/usr/bin/env python3
"""What the discovery endpoint of the built product offers, client profile by client profile (CDS Hooks, "Discovery").

The environment variable BACKPAIN_CDS names the program.
"""

import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from served import HOOKS, Served, call, id_of, product, rules_of
from shows import main, shows

ID = re.compile(r"[A-Za-z0-9._~-]+")
TOKEN = re.compile(r"\{\{(.*?)\}\}")


class Discovery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(Served())
        cls.services = json.loads(cls.service.request("GET", "/cds-services").body)["services"]

    @shows("R-001", "R-005", "R-010", "R-011", "R-100")
    def test_is_a_json_object_with_services(self):
        for path in ("/cds-services", "/cds-services/", "//cds-services"):
            answer = self.service.request("GET", path, Accept="application/json")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
            self.assertFalse(answer.body.startswith("\ufeff"))
            self.assertIsInstance(json.loads(answer.body)["services"], list)

    @shows("R-012", "R-002")
    def test_is_an_empty_list_without_packs(self):
        with Served(packs=[]) as bare:
            self.assertEqual(json.loads(bare.request("GET", "/cds-services").body), {"services": []})

    @shows("R-004", "R-014", "R-015", "R-017", "R-021")
    def test_describes_each_service(self):
        self.assertEqual([service["hook"] for service in self.services], list(HOOKS))
        for service in self.services:
            for member in ("hook", "id", "title", "description", "usageRequirements"):
                self.assertTrue(service[member].strip(), member)
            self.assertRegex(service["id"], ID)
            self.assertEqual(self.service.request("GET", f"/cds-services/{service['id']}").status, 405, "there is such an address")
        self.assertEqual(len({(service["id"], service["hook"]) for service in self.services}), len(self.services))

    @shows("R-016", "R-021", "R-074", "R-075", "R-077")
    def test_asks_in_a_form_that_every_client_can_fill_in(self):
        for service in self.services:
            self.assertEqual(next(iter(service["prefetch"])), "patient", "the order of the keys is kept")
            for key, template in service["prefetch"].items():
                self.assertRegex(key, r"^[A-Za-z]\w*$")
                self.assertEqual(set(TOKEN.findall(template)), {"context.patientId"}, key)
                self.assertRegex(template, r"^(Patient/|[A-Z][A-Za-z]+\?patient=)\{\{context\.patientId\}\}")

    @shows("R-021")
    def test_keeps_its_order(self):
        first, second = (self.service.request("GET", "/cds-services").body for _ in range(2))
        self.assertEqual(first, second)

    @shows("R-162", "R-081")
    def test_asks_for_results_by_their_codes_and_for_no_notes_images_or_names(self):
        for service in self.services:
            for key, template in service["prefetch"].items():
                kind = re.match(r"\w+", template)[0]
                self.assertIn(kind, {"Patient", "Condition", "MedicationRequest", "MedicationStatement",
                                     "MedicationAdministration", "Procedure", "ServiceRequest", "Observation"})
                if kind == "Observation":
                    self.assertIn("&code=", template, key)

    @shows("R-164")
    def test_offers_what_the_manual_describes(self):
        manual = "".join((product.ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "service/README.md"))
        for service in self.services:
            for word in (service["hook"], service["id"], *service["prefetch"]):
                self.assertTrue(f"`{word}`" in manual, word)


class SeveralPacks(unittest.TestCase):
    @shows("R-020", "R-040")
    def test_may_offer_one_id_at_two_hooks(self):
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / "other"
            shutil.copytree(product.PACK, other)
            pack = json.loads((other / "pack.json").read_text(encoding="utf-8"))
            shared = id_of("patient-view")
            for service in pack["services"]:
                service["id"] = shared if service["hook"] == "order-sign" else f"other-{service['hook']}"
            (other / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
            with Served(packs=[{"path": str(product.PACK)}, {"path": str(other)}]) as service:
                listed = json.loads(service.request("GET", "/cds-services").body)["services"]
                self.assertEqual([one["hook"] for one in listed if one["id"] == shared], ["patient-view", "order-sign"])
                self.assertEqual(rules_of(service.cards(call("patient-view"))), ["vitamin-d-suggest"])
                self.assertEqual(rules_of(service.cards(call("order-sign"))), ["wrong-vitamin-d-test"])
                self.assertEqual(service.post(call("encounter-start")).status, 400)

    @shows("R-021")
    def test_may_not_offer_one_id_at_one_hook_twice(self):
        with self.assertRaises(RuntimeError):
            with Served(packs=[{"path": str(product.PACK)}] * 2):
                pass


class Profiles(unittest.TestCase):
    def services_for(self, profile):
        with Served(anonymous={"profile": profile}) as service:
            return json.loads(service.request("GET", "/cds-services").body)["services"]

    @shows("R-017")
    def test_a_client_of_1_0_gets_no_more_than_1_0_has(self):
        for service in self.services_for("1.0"):
            self.assertLessEqual(set(service), {"hook", "title", "description", "id", "prefetch"})

    @shows("R-017")
    def test_clients_of_2_0_get_usage_requirements(self):
        for profile in ("2.0", "crd", "sandbox", "epic", "plain"):
            for service in self.services_for(profile):
                members = {"hook", "title", "description", "id", "prefetch", "usageRequirements"}
                self.assertEqual(set(service), members | ({"extension"} if profile == "crd" else set()), profile)

    @shows("crd.dev-1", "crd.dev-5", "crd.found-27", "R-023")
    def test_a_client_of_crd_gets_its_version_its_options_and_queries_for_what_every_call_needs(self):
        for service in self.services_for("crd"):
            self.assertEqual(list(service["prefetch"]), ["patient", "conditions"])
            self.assertEqual(service["extension"]["davinci-crd.version"], ["2.2"])
            options = {option["code"]: option for option in service["extension"]["davinci-crd.configuration-options"]}
            kinds = {"off-guideline"} if service["hook"].startswith("order") else {"clinical-reminder", "result"}
            self.assertEqual(set(options), kinds | {"notice", "max-cards"})

    @shows("R-181")
    def test_each_client_is_told_apart_by_a_tag_and_told_that_nothing_changed(self):
        tags = set()
        for profile in ("2.0", "sandbox", "epic"):
            with Served(anonymous={"profile": profile}) as service:
                first = service.request("GET", "/cds-services")
                tags.add(first.headers["ETag"])
                again = service.request("GET", "/cds-services", If_None_Match=f'"x", {first.headers["ETag"]}')
                self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, "", first.headers["ETag"]))
                self.assertEqual(again.headers["Cache-Control"], "private, no-cache")
                self.assertEqual(service.request("GET", "/cds-services", If_None_Match='"x"').status, 200)
        self.assertEqual(len(tags), 3)

    @shows("R-181")
    def test_a_site_file_changes_the_tag(self):
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder) / "site.json"
            tags = set()
            for text in ('{ "site": "North" }', '{ "site": "South" }'):
                site.write_text(text, encoding="utf-8")
                with Served(packs=[{"path": str(product.PACK), "site": str(site)}]) as service:
                    tags.add(service.request("GET", "/cds-services").headers["ETag"])
            self.assertEqual(len(tags), 2)

    @shows("R-018", "R-019")
    def test_a_client_of_3_0_gets_versions(self):
        for service in self.services_for("3.0"):
            self.assertEqual(service["version"], "3.0.0")
            self.assertEqual(service["hookVersion"], "1.0")  # of all four, in the tables of the hooks' pages


if __name__ == "__main__":
    main()
