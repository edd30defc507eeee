"""Constants of the elementary functions: parts of ln 2, pi/2 and 2/pi, and the coefficients of polynomials.

All polynomials are minimax fits (Remez exchange in 50 digits), rounded to binary64; the error that is stated beside
each is checked by the tests.
"""

from __future__ import annotations

# --- logarithms -------------------------------------------------------------------------------------------------------

LOG2_E = float.fromhex("0x1.71547652b82fep+0")
LN2_HI = float.fromhex("0x1.62e42fee00000p-1")  # 32 bits: products with |k| < 2**21 are exact
LN2_LO = float.fromhex("0x1.a39ef35793c76p-33")  # ln 2 - LN2_HI
SQRT_HALF = float.fromhex("0x1.6a09e667f3bcdp-1")

# (exp(r) - 1 - r)/r**2 on |r| <= ln(2)/2: error of exp(r) - 1 below 2**-55 |r|
EXP = (
    0.5,
    0.1666666666666668,
    0.041666666666619695,
    0.008333333333319011,
    0.0013888888920634164,
    0.00019841269894202288,
    2.4801516183929935e-05,
    2.7557235263200316e-06,
    2.7622293659281166e-07,
    2.5112316724574438e-08,
)

# (2 atanh(s)/s - 2)/s**2 in powers of s**2, on |s| <= 3 - 2 sqrt(2): error below 2**-58 s**2
LOG = (
    0.6666666666666734,
    0.39999999999413965,
    0.2857142874256229,
    0.2222219855377436,
    0.18183565407697005,
    0.15314021109805054,
    0.1479626123645783,
)
