"""Where the models come from: author, year, journal, doi."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication; ``doi`` is '' for books and for what has none."""

    authors: str
    year: int
    where: str
    doi: str = ""

    def __str__(self) -> str:
        link = f", doi:{self.doi}" if self.doi else ""
        return f"{self.authors} ({self.year}), {self.where}{link}"


# -- neurons ---------------------------------------------------------------------------------------------------------
LAPICQUE_1907 = Paper("L. Lapicque", 1907, "J. Physiol. Pathol. Gen. 9:620-635")
HODGKIN_1952 = Paper("A. L. Hodgkin, A. F. Huxley", 1952, "J. Physiol. 117:500-544", "10.1113/jphysiol.1952.sp004764")
FITZHUGH_1961 = Paper("R. FitzHugh", 1961, "Biophys. J. 1:445-466", "10.1016/S0006-3495(61)86902-6")
MORRIS_1981 = Paper("C. Morris, H. Lecar", 1981, "Biophys. J. 35:193-213", "10.1016/S0006-3495(81)84782-0")
HINDMARSH_1984 = Paper("J. L. Hindmarsh, R. M. Rose", 1984, "Proc. R. Soc. B 221:87-102", "10.1098/rspb.1984.0024")
ERMENTROUT_1986 = Paper("G. B. Ermentrout, N. Kopell", 1986, "SIAM J. Appl. Math. 46:233-253", "10.1137/0146017")
TRAUB_1991 = Paper("R. D. Traub, R. Miles", 1991, "Neuronal Networks of the Hippocampus, Cambridge University Press")
WANG_BUZSAKI_1996 = Paper("X.-J. Wang, G. Buzsáki", 1996, "J. Neurosci. 16:6402-6413", "10.1523/JNEUROSCI.16-20-06402.1996")
IZHIKEVICH_2003 = Paper("E. M. Izhikevich", 2003, "IEEE Trans. Neural Netw. 14:1569-1572", "10.1109/TNN.2003.820440")
FOURCAUD_2003 = Paper(
    "N. Fourcaud-Trocmé, D. Hansel, C. van Vreeswijk, N. Brunel",
    2003,
    "J. Neurosci. 23:11628-11640",
    "10.1523/JNEUROSCI.23-37-11628.2003",
)
BRETTE_2005 = Paper("R. Brette, W. Gerstner", 2005, "J. Neurophysiol. 94:3637-3642", "10.1152/jn.00686.2005")
BRETTE_2007 = Paper("R. Brette and others", 2007, "J. Comput. Neurosci. 23:349-398", "10.1007/s10827-007-0038-6")
MIHALAS_2009 = Paper("S. Mihalas, E. Niebur", 2009, "Neural Comput. 21:704-718", "10.1162/neco.2008.12-07-680")

# -- ion channels ----------------------------------------------------------------------------------------------------
HUGUENARD_1992 = Paper(
    "J. R. Huguenard, D. A. McCormick", 1992, "J. Neurophysiol. 68:1373-1383", "10.1152/jn.1992.68.4.1373"
)
HUGUENARD_PRINCE_1992 = Paper(
    "J. R. Huguenard, D. A. Prince", 1992, "J. Neurosci. 12:3804-3817", "10.1523/JNEUROSCI.12-10-03804.1992"
)
DESTEXHE_RE_1994 = Paper(
    "A. Destexhe, D. Contreras, T. J. Sejnowski, M. Steriade",
    1994,
    "J. Neurophysiol. 72:803-818",
    "10.1152/jn.1994.72.2.803",
)
BAZHENOV_2002 = Paper("M. Bazhenov, I. Timofeev, M. Steriade, T. J. Sejnowski", 2002, "J. Neurosci. 22:8691-8704")
INOUE_2008 = Paper("T. Inoue, B. W. Strowbridge", 2008, "J. Neurophysiol. 99:187-199")
LI_2017 = Paper(
    "G. Li, C. S. Henriquez, F. Fröhlich", 2017, "PLoS Comput. Biol. 13:e1005797", "10.1371/journal.pcbi.1005797"
)

# -- synapses --------------------------------------------------------------------------------------------------------
RALL_1967 = Paper("W. Rall", 1967, "J. Neurophysiol. 30:1138-1168", "10.1152/jn.1967.30.5.1138")
JAHR_1990 = Paper("C. E. Jahr, C. F. Stevens", 1990, "J. Neurosci. 10:3178-3182", "10.1523/JNEUROSCI.10-09-03178.1990")
DESTEXHE_1994 = Paper(
    "A. Destexhe, Z. F. Mainen, T. J. Sejnowski", 1994, "Neural Comput. 6:14-18", "10.1162/neco.1994.6.1.14"
)
DESTEXHE_1995 = Paper("A. Destexhe, T. J. Sejnowski", 1995, "Proc. Natl. Acad. Sci. 92:9515-9519", "10.1073/pnas.92.21.9515")
TSODYKS_1998 = Paper("M. Tsodyks, K. Pawelzik, H. Markram", 1998, "Neural Comput. 10:821-835", "10.1162/089976698300017502")
SONG_2000 = Paper("S. Song, K. D. Miller, L. F. Abbott", 2000, "Nat. Neurosci. 3:919-926", "10.1038/78829")
WANG_2002 = Paper("X.-J. Wang", 2002, "Neuron 36:955-968", "10.1016/S0896-6273(02)01092-9")
PFISTER_2006 = Paper("J.-P. Pfister, W. Gerstner", 2006, "J. Neurosci. 26:9673-9682", "10.1523/JNEUROSCI.1425-06.2006")

# -- rates and oscillators -------------------------------------------------------------------------------------------
WILSON_1972 = Paper("H. R. Wilson, J. D. Cowan", 1972, "Biophys. J. 12:1-24", "10.1016/S0006-3495(72)86068-5")
KURAMOTO_1984 = Paper("Y. Kuramoto", 1984, "Chemical Oscillations, Waves, and Turbulence, Springer")
JANSEN_1995 = Paper("B. H. Jansen, V. G. Rit", 1995, "Biol. Cybern. 73:357-366", "10.1007/BF00199471")
WONG_2006 = Paper("K.-F. Wong, X.-J. Wang", 2006, "J. Neurosci. 26:1314-1328", "10.1523/JNEUROSCI.3733-05.2006")
DECO_2017 = Paper(
    "G. Deco, M. L. Kringelbach, V. K. Jirsa, P. Ritter", 2017, "Sci. Rep. 7:3095", "10.1038/s41598-017-03073-5"
)
JOGLEKAR_2018 = Paper(
    "M. R. Joglekar, J. F. Mejias, G. R. Yang, X.-J. Wang", 2018, "Neuron 98:222-234", "10.1016/j.neuron.2018.02.031"
)
