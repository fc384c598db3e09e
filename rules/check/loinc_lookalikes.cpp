#include "rules/check/loinc_lookalikes.hpp"

#include <algorithm>
#include <iterator>

namespace rules {

namespace {

constexpr LoincLookalike lookalikes[] = {
    {"1989-3", "25-OH vitamin D3, mass", "the total", true},
    {"14635-7", "25-OH vitamin D3, moles", "the total", true},
    {"35196-5", "25-OH vitamin D3, mass or moles", "the total", true},
    {"49054-0", "25-OH vitamin D2, mass", "the total of D2 and D3", true},
    {"46269-7", "25-OH vitamin D2, moles", "the total of D2 and D3", true},
    {"35365-6", "vitamin D and metabolites together", "25-OH vitamin D"},
    {"49543-2", "calcidiol and calciferol together, mass", "25-OH vitamin D"},
    {"60493-4", "calcidiol and calciferol together, moles", "25-OH vitamin D"},
    {"55814-8", "25-OH vitamin D3 in cord blood", "25-OH vitamin D3 in serum"},
    {"2439-8", "hydroxycalcidiol", "25-OH vitamin D"},
    {"1679-0", "24R-hydroxycalcidiol", "25-OH vitamin D"},
    {"1990-1", "vitamin D3 itself, not its 25-OH form", "25-OH vitamin D3"},
    {"47094-8", "vitamin D2 itself, not its 25-OH form", "25-OH vitamin D2"},
    {"72403-9", "the 3-epimer of 25-OH vitamin D3", "25-OH vitamin D3"},
    {"72404-7", "the 3-epimer of 25-OH vitamin D2", "25-OH vitamin D2"},
    {"86918-0", "a goal, not a result", "25-OH vitamin D"},
    {"1873-9", "apolipoprotein B-48", "25-OH vitamin D"},
    {"62290-2", "1,25-dihydroxyvitamin D, mass", "25-OH vitamin D"},
    {"1649-3", "1,25-dihydroxyvitamin D3, mass", "25-OH vitamin D"},
    {"14566-4", "1,25-dihydroxyvitamin D3, moles", "25-OH vitamin D"},
    {"62291-0", "1,25-dihydroxyvitamin D2, mass", "25-OH vitamin D"},
    {"87549-2", "a panel of 1,25-dihydroxyvitamin D", "25-OH vitamin D"},
    {"16695-9", "vitamin B12 in another specimen than serum", "vitamin B12 in serum"},
    {"26916-7", "vitamin B12 in another specimen than serum", "vitamin B12 in serum"},
    {"55850-2", "vitamin B12 in another specimen than serum", "vitamin B12 in serum"},
    {"15039-1", "a code that LOINC has withdrawn", "vitamin B12"},
    {"2170-9", "a code that LOINC has withdrawn", "vitamin B12"},
    {"32286-7", "the genotype of hepatitis C virus", "methylmalonic acid"},
    {"29342-3", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"29877-8", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"32287-5", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"47091-4", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"42520-7", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"2630-2", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"13775-2", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"25115-7", "methylmalonic acid in urine", "methylmalonic acid in serum"},
    {"24323-8", "a metabolic panel without any vitamin", "a test of vitamins"},
    {"51990-0", "a metabolic panel without any vitamin", "a test of vitamins"},
};

}  // namespace

const LoincLookalike* find_loinc_lookalike(std::string_view code) {
    const auto found = std::find_if(std::begin(lookalikes), std::end(lookalikes),
                                    [code](const LoincLookalike& entry) { return entry.code == code; });
    return found == std::end(lookalikes) ? nullptr : &*found;
}

}  // namespace rules
