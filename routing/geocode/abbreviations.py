"""Short and long forms of the words in addresses, for folded words in small letters.

Many spellings are led to one, the shortest usual one, on both sides of a comparison: so nobody has
to know an address's language. ``STREET_WORDS`` and ``TITLES`` say little about which street is
meant, ``SMALL_WORDS`` next to nothing. From the usage of the countries' post offices and of
OpenStreetMap's page "Name finder:Abbreviations".
"""

from __future__ import annotations

from collections.abc import Mapping

_STREET_FORMS: Mapping[str, str] = {
    # English
    "av": "avenue ave avenida aven",
    "rd": "road",
    "ln": "lane",
    "ct": "court",
    "cres": "crescent cresc",
    "sq": "square",
    "ter": "terrace terr",
    "hwy": "highway",
    "pkwy": "parkway",
    "gdns": "gardens gdn garden",
    "gr": "grove",
    "cl": "close",
    "wy": "way",
    # French
    "r": "rue rua",
    "bd": "boulevard blvd boul bvd bld",
    "pl": "place plac plaza placu",
    "rte": "route",
    "ch": "chemin che",
    "imp": "impasse",
    "all": "allee allees",
    "pass": "passage",
    "qu": "quai",
    "crs": "cours",
    "fg": "faubourg fbg",
    "rpt": "rondpoint",
    "res": "residence",
    "lot": "lotissement",
    "za": "zone",
    "esp": "esplanade",
    # German
    "strasse": "str",
    "gasse": "gas",
    "platz": "",
    "weg": "",
    "hof": "",
    # Polish
    "ul": "ulica ulicy",
    "al": "aleja aleje alei alameda alley",
    "os": "osiedle",
    "rondo": "rnd",
    "pasaz": "",
    "skwer": "skw",
    # Portuguese
    "trav": "travessa tv",
    "lg": "largo",
    "pc": "praca pca",
    "est": "estrada estr",
    "rod": "rodovia",
    "bc": "beco",
}
_TITLE_FORMS: Mapping[str, str] = {
    "st": "saint sainte ste street sankt skt sao santo santa",
    "sw": "swietego swietej swietych",
    "dr": "doctor docteur doktor doutor doktora drive",
    "prof": "professor professeur profesora",
    "gen": "general generala gal",
    "pres": "president presidente prezydenta",
    "mal": "marechal marszalka",
    "col": "colonel coronel",
    "cap": "captain capitaine capitao kapitana cpt kpt",
    "cmdt": "commandant comandante cdt",
    "plk": "pulkownika",
    "ks": "ksiedza",
    "bp": "biskupa bispo eveque",
    "kard": "kardynala cardeal cardinal",
    "eng": "engenheiro inzyniera inz engo",
    "sen": "senador senator",
    "dep": "deputado",
    "hl": "heilige heiliger heiligen",
    "mjr": "major majora maj",
    "n": "north nord norte",
    "s": "south sud sul",
    "e": "east",
    "w": "west",
}
SMALL_WORDS = frozenset({
    "de", "du", "des", "la", "le", "les", "l", "d", "of", "the", "do", "da", "dos", "das", "a",
    "o", "e", "im", "in", "am", "an", "auf", "bei", "beim", "der", "die", "den", "dem",
    "und", "unter", "zum", "zur", "vom", "von", "i", "na", "z", "pod", "nad", "et", "aux", "au",
    "en", "sur", "sous",
})  # fmt: skip
# What comes after such a word is a door inside the house.
UNIT_WORDS = frozenset({
    "apt", "appt", "appartement", "apartment", "flat", "unit", "floor", "etage", "batiment",
    "bat", "esc", "escalier", "lok", "lokal", "m", "mieszkanie", "pietro", "top", "stock",
    "stiege", "tur", "sala", "loja", "apto", "andar", "bloco", "suite", "room",
})  # fmt: skip
# Countries as the last word of an address: an extract often has no border that tells its own.
COUNTRIES = frozenset({
    "france", "francja", "frankreich", "polska", "poland", "pologne", "polen", "deutschland",
    "germany", "allemagne", "niemcy", "osterreich", "oesterreich", "austria", "autriche",
    "schweiz", "suisse", "svizzera", "switzerland", "liechtenstein", "furstentum", "belgique",
    "belgie", "belgium", "luxembourg", "nederland", "netherlands", "portugal", "brasil", "brazil",
    "espana", "spain", "italia", "italy", "england", "scotland", "wales", "ireland", "kingdom",
    "united", "uk", "gb", "usa", "japan", "japon", "fl", "li", "ch", "at", "de", "fr", "pl", "pt",
    "br", "be", "lu", "nl", "es", "it",
})  # fmt: skip
# Endings of one-word street names, cut short with or without a full stop.
GLUED = {"str": "strasse"}
GLUED_WITH_STOP = {"g": "gasse", "pl": "platz", "w": "weg", "pltz": "platz"}
# A short form that may also stand for another canonical word.
ALSO = {"pl": ("platz",), "al": ("all",), "all": ("al",), "s": ("st",), "pr": ("prof",)}


def _inverted(forms: Mapping[str, str]) -> dict[str, str]:
    return {word: short for short, words in forms.items() for word in words.split()}


CANONICAL: Mapping[str, str] = _inverted(_TITLE_FORMS) | _inverted(_STREET_FORMS)
STREET_WORDS = frozenset(_STREET_FORMS)
TITLES = frozenset(_TITLE_FORMS)

# How people cut words short where they write them by hand, for whole words and for endings.
_WRITTEN_SHORT: Mapping[str, tuple[str, ...]] = {
    "straße": ("str.", "str"), "strasse": ("str.", "str"), "platz": ("pl.",), "gasse": ("g.",),
    "rue": ("r.",), "rua": ("r.",), "boulevard": ("bd", "bd.", "blvd"), "avenue": ("av.", "av"),
    "avenida": ("av.",), "place": ("pl.",), "praça": ("pç.",), "largo": ("lg.",),
    "travessa": ("tv.",), "route": ("rte",), "chemin": ("ch.",), "impasse": ("imp.",),
    "saint": ("st", "st."), "sainte": ("ste",), "santa": ("sta.",), "santo": ("sto.",),
    "são": ("s.",), "sankt": ("st.",), "general": ("gen.",), "général": ("gal", "gén."),
    "doutor": ("dr.",), "doctor": ("dr",), "docteur": ("dr",), "professor": ("prof.",),
    "ulica": ("ul.",), "aleja": ("al.",), "plac": ("pl.",), "osiedle": ("os.",),
    "świętego": ("św.",), "świętej": ("św.",), "księdza": ("ks.",), "generała": ("gen.",),
    "street": ("st", "st."), "road": ("rd", "rd."), "lane": ("ln",), "square": ("sq",),
}  # fmt: skip


def short_forms(name: str) -> list[str]:
    """The name with one of its words, or its ending, cut short in each usual way."""
    found = []
    for word in dict.fromkeys(name.split()):
        for whole, shorts in _WRITTEN_SHORT.items():
            ending = whole in {"straße", "strasse", "platz", "gasse"}
            folded = word.casefold() if whole != "straße" else word.lower()
            if folded == whole or (ending and folded.endswith(whole)):
                kept = word[: len(word) - len(whole)]
                for short in shorts:
                    cut = kept + short if kept or word[0].islower() else short.capitalize()
                    found.append(name.replace(word, cut, 1))
    return found
