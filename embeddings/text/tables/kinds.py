"""What a cell of a table holds: a number, a day, a year, text; and which words are what a field is called."""

from __future__ import annotations

import re
from collections.abc import Sequence

Cells = Sequence[str]

LONGEST_NAME = 60  # characters of a name that nothing but its place makes one
_MARKS = "$€£¥₹₽₩%‰°"
_NUMBER = re.compile(
    rf"[-+−–(<>≤≥~≈]?\s?(?:[A-Z]{{0,3}}[{_MARKS}]\s?|(?:[A-Z]{{2,3}}|[Kk]r\.?|Fr\.|Rs\.?)\s)?"
    rf"[-−]?\d[\d.,'’  \s]*(?:[eE][-+]?\d+)?"
    rf"\s?(?:[{_MARKS}]|[^\W\d_]{{1,12}}(?:[²³/]\w*)?)?\)?"
)
_YEAR = re.compile(
    r"(?:FY\s?|Q[1-4][ /-]?|H[12][ /-]?)?(?:1[5-9]|20|21)\d\d(?:[/–-]\d{2,4}|s|[AEFPB])?\*?", re.IGNORECASE
)
_DAY = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[T ,]+\d{1,2}[:.]\d\d.*)?|\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?"
    r"|\d{4}-\d\d|\d{1,2}[/.]\d{4}|\d{1,2}\.? [^\W\d_]{3,10}\.?,? \d{4}|[A-Z][a-z]{2,9}\.? \d{1,2}, \d{4}"
    r"|\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}",
    re.IGNORECASE,
)
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
_NOTHING = frozenset("n/a na nan - -- – — none null unknown tbd tba ? . … nil #n/a".split())
# What fields are called: a first column of these, and a second one that is not, is a form and not a list.
LABELS = frozenset(
    """client customer supplier contractor address street town city country postcode zip phone telephone mobile fax
    email e-mail mail website url name title author owner manager contact person date deadline due start end begin time
    duration place location venue room price value amount total sum cost fee rent deposit budget currency status state
    type kind category version number no id code reference ref subject description summary note notes remark remarks
    comment project department company employer employee position role salary age gender born birthday nationality
    language weight height width length depth size colour color material model brand make manufacturer serial warranty
    capacity power voltage speed temperature pressure area volume population capital founded founder headquarters
    president director chair chairman secretary mayor head leader approved signed issued expires validity terms payment
    invoice order quantity vat tax iban bic bank account insurance policy premium tenant landlord property notice
    period interest rate term report printed exported created prepared
    kunde auftraggeber lieferant adresse anschrift straße ort stadt land telefon titel verfasser ansprechpartner datum
    frist beginn ende dauer preis wert betrag summe kosten gebühr miete kaution währung nummer beschreibung bemerkung
    gehalt alter gewicht länge breite höhe farbe hersteller zinssatz rechnung menge ville pays téléphone nom titre
    auteur échéance début durée lieu prix montant valeur loyer numéro remarque cliente dirección ciudad país teléfono
    nombre título fecha plazo precio importe valor número indirizzo città telefono nome titolo scadenza prezzo importo
    valore numero klant adres naam prijs bedrag navn sted dato beløp pris nummer adress namn datum belopp""".split()
)
# What stands over such a table where it has names: they name nothing.
OVER_FIELDS = frozenset(
    """field value key name item property attribute parameter setting description detail details information content
    label entry response data feature specification option question answer""".split()
)


def kind(cell: str) -> str:
    """What a cell holds: "" nothing, "y" a year, "d" a day or a time, "n" a number, with its unit or not, "t" text.

    >>> [kind(cell) for cell in ("n/a", "2019", "06:40", "90,000 euros", "Pier 4, Moss")]
    ['', 'y', 'd', 'n', 't']
    """
    words = cell.strip()
    if not words or words.lower() in _NOTHING:
        return ""
    if len(words) > LONGEST_NAME or not any(map(str.isdigit, words)):
        return "t"
    if _YEAR.fullmatch(words):
        return "y"
    if _DAY.fullmatch(words):
        return "d"
    if words[:2].lower() == "0x" and all(digit in "0123456789abcdefABCDEF" for digit in words[2:]):
        return "n"
    return "n" if _NUMBER.fullmatch(words) and not ORDINAL.match(words) else "t"


def numeric_columns(rows: Sequence[Cells]) -> list[int]:
    """The columns of which most cells are numbers, days or years."""
    numeric = []
    for column in range(max(map(len, rows), default=0)):
        kinds = [each for row in rows if column < len(row) and (each := kind(row[column]))]
        if kinds and 3 * sum(each != "t" for each in kinds) >= 2 * len(kinds):
            numeric.append(column)
    return numeric


def is_label(words: str) -> bool:
    """Whether words are what a field is called: short, with a noun of forms at either end."""
    said = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", words.lower())
    return bool(said) and len(said) <= 5 and any(bare(word) in LABELS for word in (said[0], said[-1]))


def bare(words: str) -> str:
    """A word without its colon and its plural, to be looked up among the labels."""
    word = words.strip().rstrip(":").lower()
    return word[:-1] if word not in LABELS | OVER_FIELDS and word.endswith("s") else word
