#!/usr/bin/env python3
"""What `report --drift` hears of simulated calls, in a few years of them: drift_simulation.py has many, and the figures."""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from calls import Fault
from drift_simulation import FAULT_DAY, plan_of, quiet_years, simulation

PROGRAM = Path(os.environ["BACKPAIN_CDS"])
CALLS_A_YEAR = 200_000
MOST_FALSE_ALARMS_A_YEAR = 4  # of two years; in the mean of 200 it is less than two (README.md)


class Drift(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulated = cls.enterClassContext(simulation(PROGRAM))

    def heard(self, fault, days):
        """What is heard on the days from the fault on: (what, client, name) and the day of the fault on which it was first."""
        plan = plan_of(7, FAULT_DAY + days, CALLS_A_YEAR, (Fault.parse(fault),))
        alarms, _ = self.simulated.alarms(plan, FAULT_DAY, plan.days - 1)
        return {(one.what, one.client, one.name): one.first - FAULT_DAY + 1 for one in alarms}

    def test_years_without_a_fault_are_quiet(self):
        years = 2
        alarms, told = quiet_years(self.simulated, years, CALLS_A_YEAR, 3)
        self.assertLessEqual(len(alarms), MOST_FALSE_ALARMS_A_YEAR * years, alarms)
        rules = {one["name"] for one in told["notWatched"] if one["what"] == "cards"}
        self.assertIn("magnesium-suggest", rules, "two cards in a year: its silence is not told from chance, and that is told")
        self.assertNotIn("b12-indeterminate", rules)

    def test_a_prefetch_key_that_one_client_drops_is_heard_within_two_days(self):
        heard = self.heard(f"key-dropped@{FAULT_DAY}:hospital-b", 10)
        self.assertLessEqual(heard["prefetch", "hospital-b", "vitaminD"], 2)
        self.assertEqual({client for what, client, _ in heard if what == "prefetch"}, {"hospital-b"})

    def test_a_code_that_changes_upstream_is_heard_by_inputs_before_rules(self):
        heard = self.heard(f"code-change@{FAULT_DAY}", 14)
        self.assertLessEqual(heard["unseen", "hospital-a", "vitaminD"], 4)
        self.assertLessEqual(heard["results", "hospital-a", "vitaminD"], 7)
        self.assertLessEqual(heard["cards", "", "vitamin-d-low"], 9)
        self.assertLess(heard["unseen", "hospital-a", "vitaminD"], heard["cards", "", "vitamin-d-low"])

    def test_what_is_heard_is_an_alarm_until_it_is_usual(self):
        plan = plan_of(7, FAULT_DAY + 10, CALLS_A_YEAR, (Fault.parse(f"interface-down@{FAULT_DAY}:hospital-a"),))
        alarms, told = self.simulated.alarms(plan, FAULT_DAY, plan.days - 1)
        of_calcium = [one for one in alarms if one.what == "results" and one.name == "calcium"]
        self.assertEqual([(one.client, one.last) for one in of_calcium], [("hospital-a", plan.days - 1)])
        self.assertTrue(told["somethingChanged"])


if __name__ == "__main__":
    unittest.main()
