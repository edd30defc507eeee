"""Which names exist, what they mean, and that importing them is cheap."""

import subprocess
import sys

import pytest

from eqsim.units import (
    ALL_UNITS,
    BASE_UNIT_NAMES,
    DIMENSIONLESS,
    UNITS_FOR_STRINGS,
    WILDCARD_UNITS,
    Unit,
    constants,
    mmolar,
    volt,
)

# The names that the wildcard import brings: each of these stems bare and with the prefixes p n u m k M G T ...
STEMS = (
    "amp metre meter second mole coulomb farad gram gramme hertz joule liter litre molar ohm pascal siemens volt watt"
).split()
# ... and these.
OTHERS = (
    "cmetre cmeter kilogram kelvin mV mA uA nA pA pF uF nF nS uS mS ms us Hz kHz MHz cm cm2 cm3 mm mm2 mm3 um um2 um3 "
    "mM uM nM"
).split()


def test_wildcard_brings_the_203_names() -> None:
    expected = {prefix + stem for stem in STEMS for prefix in ("", *"pnumkMGT")} | set(OTHERS)
    assert len(expected) == 203
    assert set(WILDCARD_UNITS) == expected


def test_no_one_letter_names() -> None:
    """Scripts call their own variables V, S or A."""
    assert not [name for name in UNITS_FOR_STRINGS if len(name) == 1]


def test_strings_know_1711_names_with_powers() -> None:
    assert len(UNITS_FOR_STRINGS) == 1711
    assert {"umetre2", "Ysievert3", "daliter", "mS", "ms", "kilogram2", "meter"} <= set(UNITS_FOR_STRINGS)
    assert not {"cmetre", "davolt", "liter2", "kelvin4", "kkelvin"} & set(UNITS_FOR_STRINGS)
    assert {"cmetre", "davolt"} <= set(ALL_UNITS)


SIZES = {
    "mV": 1e-3, "um2": 1e-12, "cm": 1e-2, "cm2": 1e-4, "cm3": 1e-6, "umetre3": 1e-18, "gram": 1e-3, "kgram": 1.0,
    "kilogram": 1.0, "liter": 1e-3, "mliter": 1e-6, "daliter": 1e-2, "molar": 1e3, "mM": 1.0, "nM": 1e-6, "molar2": 1e6,
    "gram2": 1e-6, "Mohm": 1e6, "radian": 1.0,
}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
def test_sizes_in_si(name: str) -> None:
    """Equal, not close: units are correctly rounded powers of ten."""
    assert float(ALL_UNITS[name]) == SIZES[name]


def test_each_unit_is_made_once() -> None:
    assert UNITS_FOR_STRINGS["mvolt"] is WILDCARD_UNITS["mV"] is ALL_UNITS["mV"]
    assert all(isinstance(unit, Unit) for unit in WILDCARD_UNITS.values())


def test_names_allowed_after_the_colon_have_size_one() -> None:
    """Concentration is in mmolar there, since one molar is 1000 mol/m^3; gram and liter are refused."""
    assert all(float(ALL_UNITS[name]) == 1.0 and ALL_UNITS[name].dim is dim for name, dim in BASE_UNIT_NAMES.items())
    assert BASE_UNIT_NAMES["mM"] is BASE_UNIT_NAMES["mmolar"] is mmolar.dim
    assert not {"molar", "gram", "liter", "mvolt", "volt2", "mV"} & set(BASE_UNIT_NAMES)
    assert {"volt", "meter", "metre", "Hz", "hertz", "siemens", "ohm", "kilogram", "radian"} <= set(BASE_UNIT_NAMES)


def test_unknown_unit_is_an_attribute_error() -> None:
    import eqsim.units

    with pytest.raises(AttributeError, match=r"module 'eqsim\.units' has no attribute 'furlong'"):
        _ = eqsim.units.furlong


def test_star_imports_of_the_tables() -> None:
    namespace: dict[str, object] = {}
    exec("from eqsim.units.stdunits import *\nfrom eqsim.units.allunits import Ysievert3", namespace)
    assert namespace["mS"] is ALL_UNITS["msiemens"] and "volt" not in namespace and "Ysievert3" in namespace


def test_import_makes_few_units_and_needs_no_large_library() -> None:
    """The wildcard names may be made at import, the 1711 names of strings not."""
    code = (
        "import sys, eqsim.units, eqsim.units.catalogue as c\n"
        "assert c.named_unit.cache_info().currsize <= 203\n"
        "assert not {'sympy', 'matplotlib', 'pyparsing', 'jinja2', 'pint'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


CONSTANTS = {
    "avogadro_constant": "6.02214086e+23 mol^-1",
    "boltzmann_constant": "1.38064852e-23 J/K",
    "electric_constant": "8.85418782 pF/m",
    "electron_mass": "0.00091094 yg",
    "elementary_charge": "160.21766208 zC",
    "faraday_constant": "96.48533289 kC/mol",
    "gas_constant": "8.3144598 J/(mol K)",
    "magnetic_constant": "1.25663706 uH/m",
    "molar_mass_constant": "0.001 kg mol^-1",
    "zero_celsius": "273.15 K",
}


def test_constants_are_printed_with_units() -> None:
    assert {name: str(getattr(constants, name)) for name in constants.__all__} == CONSTANTS


def test_constants_agree_with_each_other() -> None:
    """R = N_A k, F = N_A e (CODATA 2014 rounds each to 9 or 10 digits: 1e-7 is ample), c^2 = 1/(mu_0 eps_0)."""
    c = constants
    assert c.avogadro_constant * c.boltzmann_constant / c.gas_constant == pytest.approx(1, rel=1e-7)
    assert c.avogadro_constant * c.elementary_charge / c.faraday_constant == pytest.approx(1, rel=1e-7)
    speed = (c.magnetic_constant * c.electric_constant) ** -0.5
    assert float(speed) == pytest.approx(299792458, rel=1e-9)
    assert (speed * volt / volt).dim is speed.dim is not DIMENSIONLESS


def test_wildcard_import_of_the_units_gives_the_units() -> None:
    """Scripts write ``from brian2.units import *`` in a module of parameters."""
    from eqsim import units

    assert set(units.WILDCARD_UNITS) <= set(units.__all__)
