"""Made-up names and needs in something that looks like Dutch: compounds, endings, filler words, and typing errors.

The words are put together from parts, so that there are as many different ones as people really write: a few very
often, most of them once or twice.
"""

import random
from collections.abc import Callable


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    """
    Geert Ria Fatima Jan Mohamed Aaltje Henk Samira Wim Truus Yusuf Annie Kees Greet Ali Hennie Sjoerd Zeynep Bert
    Corrie Ahmed Gerda Piet Naima Dirk Willy Hassan Joke Roel Marieke Tineke Youssef Ans Jaap Khadija Harm Riet
    Mustafa Bep Klaas Souad Arie Diny Omar Lies Freek Amina Toos Berend Hanna Jelle Rachida Nel Gijs Esma Loes Tom
    Aicha Wilma Koos
    """
)
BEFORE = ["", "", "", "", "van ", "de ", "van der ", "van den ", "ter ", "el ", "ten "]
NAMES = _words(
    """
    Veen Brink Hof Meer Dijk Berg Zand Haar Wold Broek Horst Kamp Linde Molen Kerk Bos Laan Vaart Esch Heuvel Beek
    Poel Eik Weide Stede Wijk Schans Brug Sluis Turf Hei Akker Wind Zonne Noord Zuid Ooster Wester Groot Klein
    """
)
AFTER = ["", "stra", "sma", "ema", "inga", "mans", "huis", "veld", "sen", "kamp", "man", "ink", "ers", "burg", "veen"]

THINGS = _words(
    """
    badkamer keuken kozijn schimmel tocht kachel woning huur raam deur dak trap lift balkon gang zolder kelder tuin
    stoep straat plein speeltuin bankje lantaarn fiets auto bus trein school kind buur buurvrouw ouder oma opa
    dochter zoon huisarts pil rug hart slaap angst geld schuld brief loket gemeente uitkering toeslag werk baan taal
    les koffie eten boodschap winkel kleding wasmachine koelkast televisie telefoon internet computer wachtwoord
    bank rekening deurwaarder energie gas water stroom verwarming vocht lekkage stank lawaai ruzie hond kat duif rat
    muis afval container papier glas kussen bed stoel tafel moskee kerk feest muziek koor biljart kaart schaak
    voetbal zwembad bibliotheek buurthuis wijkteam politie veiligheid avond nacht weekend zomer winter regen sneeuw
    warmte kou zorg hulp vriend bezoek eenzaam verjaardag begrafenis rolstoel rollator trapleuning gehoor bril tand
    medicijn dokter ziekenhuis opname ontslag scheiding kamer huis plek sleutel slot bel camera licht donker
    """
)
ENDS = ["", "", "", "", "en", "s", "je", "jes"]
DOING = _words(
    """
    helpt klaagt belt wacht hoort ziet weet wil durft kan mag moet zoekt vindt krijgt betaalt maakt repareert
    schrijft leest komt gaat blijft slaapt eet rookt drinkt praat luistert zwijgt lacht huilt vraagt geeft neemt
    brengt haalt
    """
)
HOW = _words(
    """
    al weken nooit altijd vaak soms alleen samen niet meer te duur te laat te koud te vol kapot vies donker onveilig
    stil moe bang boos verdrietig trots blij graag liever eigenlijk misschien weer opnieuw elke dag elke nacht sinds
    vorig jaar
    """
)
SAYINGS = [
    "er zit {thing} in de {thing} en niemand {doing} er iets aan",
    "ik {doing} {how} over de {thing} maar de {thing} {doing} niet",
    "mijn {thing} is {how} en de {thing} ook",
    "wie {doing} mij met de {thing} want de {thing} is {how}",
    "ik zou {how} met anderen een {thing} willen beginnen bij de {thing}",
    "sinds de {thing} {doing} ik {how} en zie ik geen {thing}",
    "de {thing} van de {thing} is {how}, dat {doing} niemand",
    "wij {doing} {how} zonder {thing} en dat {doing} de kinderen ook",
    "ik zoek een {thing} voor mijn {thing}, {how}",
    "waarom {doing} de {thing} niet als ik om een {thing} vraag",
]


class Dutch:
    """Makes texts; the same chance makes the same ones."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def first_name(self) -> str:
        """Return what somebody is called."""
        return self._chance.choice(FIRST)

    def last_name(self) -> str:
        """Return a name from some ten thousand."""
        pick = self._chance.choice
        name = pick(NAMES) + (pick(NAMES).lower() if self._chance.random() < 0.5 else "") + pick(AFTER)
        return pick(BEFORE) + name

    def alias(self) -> str:
        """Return an alias such as people give who only met at the door."""
        return f"{self._chance.choice(['Man', 'Vrouw', 'Gezin'])} met {self._thing()} van {self._chance.randrange(400)}"

    def saying(self) -> str:
        """Return a need, as somebody says it."""
        fill: dict[str, Callable[[], str]] = {
            "thing": self._thing,
            "doing": lambda: self._chance.choice(DOING),
            "how": lambda: self._chance.choice(HOW),
        }
        words = [
            fill[word.strip("{},")]() + ("," if word.endswith(",") else "") if word.startswith("{") else word
            for word in self._chance.choice(SAYINGS).split()
        ]
        if self._chance.random() < 0.08:
            at = self._chance.randrange(len(words))
            words[at] = self._mistyped(words[at])
        text = " ".join(words)
        return text[0].upper() + text[1:]

    def _thing(self) -> str:
        pick = self._chance.choice
        # The first ones are named most: what people need is much the same everywhere.
        thing = THINGS[int(len(THINGS) * self._chance.random() ** 2)]
        if self._chance.random() < 0.3:
            thing += pick(["", "", "s"]) + pick(THINGS)
        return thing + pick(ENDS)

    def _mistyped(self, word: str) -> str:
        at = self._chance.randrange(len(word))
        return word[:at] + self._chance.choice(["", "e", word[at] * 2]) + word[at + 1 :]
