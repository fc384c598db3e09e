"""The laboratory tests of the sample patients: LOINC codes, units and reference ranges, conventional and SI.

The ranges are those of an invented laboratory, within what real ones print. The service bands 25-OH vitamin D and vitamin B12 by
its rule pack, not by them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Test:
    """A test as conventional units report it, and as SI units do where that differs: (LOINC, unit, low, high), decimals."""

    name: str
    conventional: tuple
    decimals: int = 0
    si: tuple | None = None
    si_decimals: int = 0

    def in_units(self, si):
        return self.si if si and self.si else self.conventional

    def rounded(self, value, si):
        decimals = self.si_decimals if si and self.si else self.decimals
        return round(value, decimals) if decimals else round(value)


TESTS = {
    # Complete blood count
    "leukocytes": Test("Leukocytes [#/volume] in Blood by Automated count", ("6690-2", "10*3/uL", 4.0, 11.0), 1),
    "erythrocytes": Test("Erythrocytes [#/volume] in Blood by Automated count", ("789-8", "10*6/uL", 3.8, 5.8), 2),
    "haemoglobin": Test("Hemoglobin [Mass/volume] in Blood", ("718-7", "g/dL", 12.0, 17.0), 1, ("718-7", "g/L", 120, 170), 0),
    "haematocrit": Test("Hematocrit [Volume Fraction] of Blood by Automated count", ("4544-3", "%", 36.0, 50.0), 1),
    "mcv": Test("MCV [Entitic volume] by Automated count", ("787-2", "fL", 80.0, 100.0), 1),
    "mch": Test("MCH [Entitic mass] by Automated count", ("785-6", "pg", 27.0, 33.5), 1),
    "platelets": Test("Platelets [#/volume] in Blood by Automated count", ("777-3", "10*3/uL", 150, 400)),
    # Comprehensive metabolic panel
    "glucose": Test("Glucose in Serum or Plasma", ("2345-7", "mg/dL", 70, 99), 0, ("14749-6", "mmol/L", 3.9, 5.5), 1),
    "urea": Test("Urea (nitrogen) in Serum or Plasma", ("3094-0", "mg/dL", 7, 20), 0, ("22664-7", "mmol/L", 2.5, 7.1), 1),
    "creatinine": Test("Creatinine in Serum or Plasma", ("2160-0", "mg/dL", 0.6, 1.2), 2, ("14682-9", "umol/L", 53, 106), 0),
    "egfr": Test("Glomerular filtration rate (CKD-EPI 2021)", ("98979-8", "mL/min/{1.73_m2}", 60, None)),
    "sodium": Test("Sodium in Serum or Plasma", ("2951-2", "mmol/L", 135, 145)),
    "potassium": Test("Potassium in Serum or Plasma", ("2823-3", "mmol/L", 3.5, 5.1), 1),
    "chloride": Test("Chloride in Serum or Plasma", ("2075-0", "mmol/L", 98, 107)),
    "calcium": Test("Calcium in Serum or Plasma", ("17861-6", "mg/dL", 8.6, 10.3), 1, ("2000-8", "mmol/L", 2.15, 2.58), 2),
    "albumin": Test("Albumin in Serum or Plasma", ("1751-7", "g/dL", 3.5, 5.0), 1, ("1751-7", "g/L", 35, 50), 0),
    "bilirubin": Test("Bilirubin.total in Serum or Plasma", ("1975-2", "mg/dL", 0.2, 1.2), 1, ("14631-6", "umol/L", 3, 21), 0),
    "alp": Test("Alkaline phosphatase in Serum or Plasma", ("6768-6", "U/L", 40, 120)),
    "alt": Test("Alanine aminotransferase in Serum or Plasma", ("1742-6", "U/L", 8, 45)),
    "ast": Test("Aspartate aminotransferase in Serum or Plasma", ("1920-8", "U/L", 10, 40)),
    # Lipids
    "cholesterol": Test("Cholesterol in Serum or Plasma", ("2093-3", "mg/dL", 125, 240), 0, ("14647-2", "mmol/L", 3.2, 6.2), 1),
    "triglycerides": Test("Triglyceride in Serum or Plasma", ("2571-8", "mg/dL", 50, 180), 0, ("14927-8", "mmol/L", 0.6, 2.0), 1),
    "hdl": Test("Cholesterol in HDL in Serum or Plasma", ("2085-9", "mg/dL", 40, 70), 0, ("14646-4", "mmol/L", 1.0, 1.8), 1),
    # Asked for one by one
    "hba1c": Test("Hemoglobin A1c/Hemoglobin.total in Blood", ("4548-4", "%", 4.0, 5.6), 1),
    "tsh": Test("Thyrotropin in Serum or Plasma", ("3016-3", "m[IU]/L", 0.4, 4.5), 2),
    "crp": Test("C reactive protein in Serum or Plasma", ("1988-5", "mg/L", 0.0, 5.0), 1),
    "phosphate": Test("Phosphate in Serum or Plasma", ("2777-1", "mg/dL", 2.5, 4.5), 1, ("14879-1", "mmol/L", 0.8, 1.5), 2),
    "pth": Test("Parathyrin.intact in Serum or Plasma", ("2731-8", "pg/mL", 15, 65), 0, ("14866-8", "pmol/L", 1.6, 6.9), 1),
    "vitamin_d": Test(
        "25-Hydroxyvitamin D3+25-Hydroxyvitamin D2 in Serum or Plasma",
        ("62292-8", "ng/mL", 20, 100), 0, ("68438-1", "nmol/L", 50, 250), 0,
    ),
    "b12": Test(
        "Cobalamin (Vitamin B12) in Serum or Plasma",
        ("2132-9", "pg/mL", 200, 900), 0, ("14685-2", "pmol/L", 148, 664), 0,
    ),
}

BLOOD_COUNT = ("leukocytes", "erythrocytes", "haemoglobin", "haematocrit", "mcv", "mch", "platelets")
METABOLIC = (
    "glucose", "urea", "creatinine", "egfr", "sodium", "potassium", "chloride",
    "calcium", "albumin", "bilirubin", "alp", "alt", "ast",
)
LIPIDS = ("cholesterol", "triglycerides", "hdl")
