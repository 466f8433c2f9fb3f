"""The sentences of an explanation, in English, bokmål and nynorsk."""

from __future__ import annotations

from bosetting_cli.labels import LANGUAGES

# Key → English, bokmål, nynorsk.
_SENTENCES: dict[str, tuple[str, str, str]] = {
    "asked": (
        "{who} is asked to settle {requested} people{of_which}.",
        "{who} blir anmodet om å bosette {requested} personer{of_which}.",
        "{who} blir oppmoda om å busetje {requested} personar{of_which}.",
    ),
    "of whom": (", of whom {parts}", ", herav {parts}", ", av desse {parts}"),
    "cannot receive": (
        "It is not among those that can receive {names}.",
        "Kommunen er ikke blant dem som kan ta imot {names}.",
        "Kommunen er ikkje blant dei som kan ta imot {names}.",
    ),
    "none": ("no", "ingen", "ingen"),
    "not asked": ("{who} is not asked.", "{who} blir ikke spurt.", "{who} blir ikkje spurd."),
    "rank": (
        "It is number {rank} of the {eligible} eligible municipalities{where}, ranked by {by};"
        " the first {cut} are asked.",
        "Kommunen er nummer {rank} av {eligible} aktuelle{where}, rangert etter {by};"
        " de første {cut} blir spurt.",
        "Kommunen er nummer {rank} av {eligible} aktuelle{where}, rangert etter {by};"
        " dei første {cut} blir spurde.",
    ),
    "rank all": (
        "It is number {rank} of the {eligible} eligible municipalities{where}, ranked by {by};"
        " all are asked.",
        "Kommunen er nummer {rank} av {eligible} aktuelle{where}, rangert etter {by};"
        " alle blir spurt.",
        "Kommunen er nummer {rank} av {eligible} aktuelle{where}, rangert etter {by};"
        " alle blir spurde.",
    ),
    "by share": ("share of the places", "andel av plassene", "del av plassane"),
    "by score": (
        "score, the weighted figures without size",
        "poeng, de vektede tallene uten størrelse",
        "poeng, dei vekta tala utan storleik",
    ),
    "where": (" in {group}", " i {group}", " i {group}"),
    "by name": (
        "It is asked all the same, being included by name.",
        "Kommunen blir likevel spurt, fordi den er tatt med ved navn.",
        "Kommunen blir likevel spurd, fordi han er teken med ved namn.",
    ),
    "among first": (
        "It is asked all the same, being {reason}.",
        "Kommunen blir likevel spurt, for å få nok kommuner i hvert fylke.",
        "Kommunen blir likevel spurd, for å få nok kommunar i kvart fylke.",
    ),
    "beaten": (
        "It would be asked by its rank, but others are asked by name.",
        "Plassen ville vært nok, men andre er tatt med ved navn.",
        "Plassen ville vore nok, men andre er tekne med ved namn.",
    ),
    "on the list": (
        "Those asked are given as a list, and it is on it.",
        "De som blir spurt, er gitt som en liste, og kommunen står på den.",
        "Dei som blir spurde, er gjevne som ei liste, og kommunen står på ho.",
    ),
    "not on the list": (
        "Those asked are given as a list, and it is not on it.",
        "De som blir spurt, er gitt som en liste, og kommunen står ikke på den.",
        "Dei som blir spurde, er gjevne som ei liste, og kommunen står ikkje på ho.",
    ),
    "not eligible": (
        "It is not eligible: {why}.",
        "Kommunen er ikke aktuell: {why}.",
        "Kommunen er ikkje aktuell: {why}.",
    ),
    "excluded": (
        "it is excluded by name",
        "den er holdt utenfor ved navn",
        "han er halden utanfor ved namn",
    ),
    "unmet": (
        "it does not meet the rule “{name}”, {needs}",
        "den oppfyller ikke regelen «{name}», {needs}",
        "han oppfyller ikkje regelen «{name}», {needs}",
    ),
    "needs any": (
        "at least {least} in one of {years}",
        "minst {least} i ett av årene {years}",
        "minst {least} i eitt av åra {years}",
    ),
    "needs all": (
        "at least {least} in each of {years}",
        "minst {least} i hvert av årene {years}",
        "minst {least} i kvart av åra {years}",
    ),
    "needs": ("at least {least}", "minst {least}", "minst {least}"),
    "its figures": (
        "Its figures: {figures}.",
        "Kommunens tall: {figures}.",
        "Tala til kommunen: {figures}.",
    ),
    "in year": ("{figure} in {year}", "{figure} i {year}", "{figure} i {year}"),
    "not published": ("not published", "ikke publisert", "ikkje publisert"),
    "no figure": (
        "no figure is published for {names}",
        "det er ikke publisert tall for {names}",
        "det er ikkje publisert tal for {names}",
    ),
    "county number": (
        "{group} has {total} of the places.",
        "{group} har {total} av plassene.",
        "{group} har {total} av plassane.",
    ),
    "rounding": (
        "Rounding: {quota} / {divisor} = {quotient}, which {method} rounds to {rounded}.",
        "Avrunding: {quota} / {divisor} = {quotient}, som {method} runder av til {rounded}.",
        "Avrunding: {quota} / {divisor} = {quotient}, som {method} rundar av til {rounded}.",
    ),
    "bound": (
        "Rounding: {quota} / {divisor} = {quotient} by {method}.",
        "Avrunding: {quota} / {divisor} = {quotient} etter {method}.",
        "Avrunding: {quota} / {divisor} = {quotient} etter {method}.",
    ),
    "undivided": (
        "Rounding: there is no place beyond the minimums to share out.",
        "Avrunding: det er ingen plasser utover minstetallene å fordele.",
        "Avrunding: det er ingen plassar utover minstetala å fordele.",
    ),
    "minimum binds": (
        "The minimum of {minimum} binds.",
        "Minstetallet på {minimum} avgjør.",
        "Minstetalet på {minimum} avgjer.",
    ),
    "maximum binds": (
        "The maximum of {maximum} binds.",
        "Størstetallet på {maximum} avgjør.",
        "Størstetalet på {maximum} avgjer.",
    ),
    "loose": (
        "The minimum of {minimum} does not bind.",
        "Minstetallet på {minimum} avgjør ikke.",
        "Minstetalet på {minimum} avgjer ikkje.",
    ),
    "counts as": (
        "{title}: counts as {figure}, smoothed towards the national {national}, the more so the"
        " fewer people a rate rests on",
        "{title}: teller som {figure}, jevnet ut mot landets {national}, desto mer jo færre"
        " personer andelen bygger på",
        "{title}: tel som {figure}, jamna ut mot {national} for landet, di meir jo færre personar"
        " delen byggjer på",
    ),
    "imputed": (
        "{title}: no figure is published; the national {national} stands for it",
        "{title}: tall er ikke publisert; landets {national} er satt inn",
        "{title}: tal er ikkje publisert; {national} for landet er sett inn",
    ),
    "changes": (
        "What would have changed it:",
        "Hva som ville endret dette:",
        "Kva som ville endra dette:",
    ),
    "no change": (
        "No other total, selection or figure of its own alone would have changed it.",
        "Ingen annen sum, ingen annen uttrekning og ingen av kommunens egne tall alene ville"
        " endret dette.",
        "Ingen annan sum, ingen anna uttrekking og ingen av tala til kommunen åleine ville"
        " endra dette.",
    ),
    "sources": ("Sources: {sources}.", "Kilder: {sources}.", "Kjelder: {sources}."),
    # What is changed …
    "if total": (
        "If the total were {then} instead of {now}",
        "Hvis summen var {then} i stedet for {now}",
        "Viss summen var {then} i staden for {now}",
    ),
    "if county total": (
        "If {group}'s number were {then} instead of {now}",
        "Hvis tallet for {group} var {then} i stedet for {now}",
        "Viss talet for {group} var {then} i staden for {now}",
    ),
    "if figure": (
        "If its figure for {title} were {then} instead of {now}",
        "Hvis kommunens {title} var {then} i stedet for {now}",
        "Viss {title} i kommunen var {then} i staden for {now}",
    ),
    "if condition": (
        "If its figure for “{title}” were {then}",
        "Hvis kommunens tall for «{title}» var {then}",
        "Viss talet til kommunen for «{title}» var {then}",
    ),
    "if count": (
        "If the first {then} were asked instead of {now}",
        "Hvis de første {then} ble spurt i stedet for {now}",
        "Viss dei første {then} vart spurde i staden for {now}",
    ),
    "if list": (
        "If it were on the list",
        "Hvis kommunen sto på listen",
        "Viss kommunen stod på lista",
    ),
    "if include": (
        "If it were not included by name",
        "Hvis kommunen ikke var tatt med ved navn",
        "Viss kommunen ikkje var teken med ved namn",
    ),
    "if exclude": (
        "If it were not excluded by name",
        "Hvis kommunen ikke var holdt utenfor ved navn",
        "Viss kommunen ikkje var halden utanfor ved namn",
    ),
    # … and what becomes of it.
    "then asked": (
        ", it would be asked for {requested}.",
        ", ville den blitt anmodet om {requested}.",
        ", ville han blitt oppmoda om {requested}.",
    ),
    "then ranked": (
        ", it would be number {rank} of {eligible} and asked for {requested}.",
        ", ville den vært nummer {rank} av {eligible} og blitt anmodet om {requested}.",
        ", ville han vore nummer {rank} av {eligible} og blitt oppmoda om {requested}.",
    ),
    "then not asked": (
        ", it would be number {rank} of {eligible} and not asked.",
        ", ville den vært nummer {rank} av {eligible} og ikke blitt spurt.",
        ", ville han vore nummer {rank} av {eligible} og ikkje blitt spurd.",
    ),
    "then not eligible": (
        ", it would not be eligible.",
        ", ville den ikke vært aktuell.",
        ", ville han ikkje vore aktuell.",
    ),
    # Headings and units.
    "criterion": ("criterion", "kriterium", "kriterium"),
    "figure": ("figure", "tall", "tal"),
    "years": ("years", "år", "år"),
    "place": ("place", "plass", "plass"),
    "share": ("share", "andel", "del"),
    "weight": ("weight", "vekt", "vekt"),
    "places": ("places", "plasser", "plassar"),
    "quota": ("quota", "kvote", "kvote"),
    "per cent": ("per cent", "prosent", "prosent"),
    "of people": ("% of {people}", "% av {people}", "% av {people}"),
    "national": ("%, national", "%, landet", "%, landet"),
    "persons": ("persons", "personer", "personar"),
}


def say(key: str, lang: str = "en", **values: object) -> str:
    """Return a sentence or word in a language, filled in.

    Raises:
        KeyError: There is none, or a value is lacking.
    """
    return _SENTENCES[key][LANGUAGES.index(lang)].format(**values)
